using System.Text.RegularExpressions;

namespace Rayshard.Sharing.Targets;

/// <summary>A bundle in a bucket: <c>s3:BUCKET/PREFIX</c>. Its files are objects whose keys are the prefix, <c>/</c> and their names.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">The prefix, without <c>/</c> at its end.</param>
internal sealed partial record S3Reference(string Bucket, string Prefix)
{
    /// <exception cref="RayshardException">It is none.</exception>
    public static S3Reference Parse(string reference, string flag)
    {
        var match = Form().Match(reference);
        return match.Success ? new(match.Groups["bucket"].Value, match.Groups["prefix"].Value)
            : throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}: no place in a bucket is called so: write s3:BUCKET/PREFIX, like s3:lamps/first-light/v1; which server, AWS_ENDPOINT_URL says, and credentials come from where the aws command has them");
    }

    /// <summary>The key of a file.</summary>
    public string KeyOf(string name) => $"{Prefix}/{name}";

    /// <inheritdoc/>
    public override string ToString() => $"s3:{Bucket}/{Prefix}";

    // A prefix whose segments need no escape in a URL, so that the bundle can be served over https as it lies.
    [GeneratedRegex(@"^s3:(?://)?(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?<prefix>[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,7})/?\z")]
    private static partial Regex Form();
}
