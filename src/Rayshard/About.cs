using System.Globalization;
using System.Text.RegularExpressions;
using Newtonsoft.Json;

namespace Rayshard;

/// <summary>Whose an experiment is and what others may do with its frames. Bundles need it; no pixel and no key does.</summary>
public sealed partial record About
{
    /// <summary>SPDX expression of the licence: <c>CC-BY-4.0</c>.</summary>
    public string License { get; init; } = "";

    /// <summary>The authors, in order.</summary>
    public IReadOnlyList<Author> Authors { get; init; } = [];

    /// <summary>Day of publication, <c>yyyy-MM-dd</c>. Told here and not taken from the clock, so that everyone's bundle is the same.</summary>
    public string Published { get; init; } = "";

    /// <summary>How to cite it: one line or BibTeX.</summary>
    public string? Citation { get; init; }

    /// <summary>Where it lives: an https address.</summary>
    public string? Url { get; init; }

    /// <summary>What is wrong, field by field. A field that is missing is not wrong here: only a bundle needs it.</summary>
    internal IEnumerable<(string Field, string Reason)> Faults()
    {
        if (License.Length > 0 && !Spdx().IsMatch(License))
        {
            yield return ("license", $"'{License}' is no SPDX expression: like CC-BY-4.0, CC0-1.0, MIT, or LicenseRef-NAME for a text of your own");
        }

        if (Published.Length > 0 && !DateOnly.TryParseExact(Published, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            yield return ("published", $"'{Published}' is no day: write it as 2026-11-25");
        }

        if (Url is not null && !(Uri.TryCreate(Url, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0))
        {
            yield return ("url", "it is no https address");
        }

        foreach (var (author, i) in Authors.Select((author, i) => (author, i)))
        {
            if (author.Name.Length == 0 || author.Name.Any(char.IsControl))
            {
                yield return ($"authors[{i}].name", "an author has a name, without control characters");
            }

            if (author.Orcid is not null && !OrcidForm().IsMatch(author.Orcid))
            {
                yield return ($"authors[{i}].orcid", $"'{author.Orcid}' is no ORCID: like 0000-0002-1825-0097");
            }
        }
    }

    [GeneratedRegex(@"^\(*[A-Za-z0-9][A-Za-z0-9.+-]*\)*( (AND|OR|WITH) \(*[A-Za-z0-9][A-Za-z0-9.+-]*\)*)*\z")]
    private static partial Regex Spdx();

    [GeneratedRegex(@"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]\z")]
    private static partial Regex OrcidForm();
}

/// <summary>An author.</summary>
/// <param name="Name">Name, as it is to be cited.</param>
/// <param name="Orcid">ORCID, <c>0000-0002-1825-0097</c>.</param>
public sealed record Author([property: JsonRequired] string Name, string? Orcid = null);
