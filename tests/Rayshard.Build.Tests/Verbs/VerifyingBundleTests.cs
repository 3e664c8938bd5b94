using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using Rayshard.Build.Tests.Doubles;
using Rayshard.Build.Tests.Host;
using Rayshard.Sharing.Tests;

namespace Rayshard.Build.Tests.Verbs;

/// <summary>What VerifyBundle found is in the report of the bundle, and nothing of it in the bundle.</summary>
public sealed partial class VerifyingBundleTests
{
    [Fact]
    public async Task The_report_of_a_bundle_says_what_VerifyBundle_found_in_it_and_the_bundle_is_as_it_was()
    {
        using var shop = new Workshop(name: "checked");
        var digest = shop.Bundle().Head.Digest.ToString();
        var notes = Repository.Path("artifacts", "runs", "_verify", digest);
        try
        {
            var files = Files(shop["bundle"]);
            Assert.Equal(JTokenType.Null, (await ReportAsync(shop))["verification"]!.Type);

            // Nobody may write into a stranger's. (The tests may run as root, whom no mode stops: so the files are held against what they were too.)
            File.SetUnixFileMode(shop["bundle"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
            await RunAsync(ExitCode.Done, "--target=VerifyBundle", $"--bundle={shop["bundle"]}");
            File.SetUnixFileMode(shop["bundle"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
            Assert.Equal(files, Files(shop["bundle"]));
            var whole = await ReportAsync(shop);
            Assert.Equal(("VerifyBundle", "whole"), ((string?)whole["verifier"], (string?)whole["verification"]!["grade"]));
            Assert.Equal((int)whole["verification"]!["shards"]!, (int)whole["verification"]!["whole"]!);

            File.AppendAllText(shop["bundle/README.md"], "more");
            await RunAsync(ExitCode.NotSo, "--target=VerifyBundle", $"--bundle={shop["bundle"]}");
            var damaged = (await ReportAsync(shop))["verification"]!;
            Assert.Equal("damaged", (string?)damaged["grade"]);
            Assert.StartsWith("README.md: has ", (string?)damaged["faults"]![0]![0], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(notes, recursive: true);
        }
    }

    private static async Task<JObject> ReportAsync(Workshop shop)
    {
        await RunAsync(ExitCode.Done, "--target=Report", $"--bundle={shop["bundle"]}", $"--output={shop["report.html"]}");
        return JObject.Parse(Model().Match(File.ReadAllText(shop["report.html"])).Groups[1].Value);
    }

    private static async Task RunAsync(ExitCode expected, params string[] arguments)
    {
        using var run = CakeRun.OfRepository(arguments);
        Assert.True(await run.EndAsync() == (int)expected, run.Output + run.Errors);
    }

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{path} {(File.Exists(path) ? Digest.OfFile(path) : "")}")];

    [GeneratedRegex("""id="model">(.*?)</script>""")]
    private static partial Regex Model();
}
