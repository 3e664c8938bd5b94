using System.Globalization;
using System.Xml.Linq;

namespace Rayshard.Build.Verbs;

/// <summary>How many tests passed, failed and were skipped.</summary>
/// <param name="Passed">Passed.</param>
/// <param name="Failed">Failed, with errors outside of tests.</param>
/// <param name="Skipped">Skipped.</param>
public sealed record TestCounts(int Passed, int Failed, int Skipped)
{
    /// <summary>Whether nothing failed and something ran.</summary>
    public bool IsGreen => Failed == 0 && Passed > 0;

    /// <summary>The sum.</summary>
    public static TestCounts operator +(TestCounts left, TestCounts right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    /// <summary>Reads xunit's results, and says which tests were skipped and why; absent where the file is missing or torn.</summary>
    public static TestCounts? Read(string results, Action<string> say)
    {
        try
        {
            var assemblies = XDocument.Load(results).Root!.Elements("assembly").ToList();
            foreach (var test in assemblies.Descendants("test").Where(test => test.Attribute("result")?.Value == "Skip"))
            {
                say($"    {test.Attribute("name")?.Value} [SKIP] {test.Element("reason")?.Value}");
            }

            return new(Sum(assemblies, "passed"), Sum(assemblies, "failed") + Sum(assemblies, "errors"), Sum(assemblies, "skipped") + Sum(assemblies, "not-run"));
        }
        catch (Exception e) when (e is IOException or System.Xml.XmlException or NullReferenceException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed, {Skipped} skipped");

    private static int Sum(IEnumerable<XElement> assemblies, string attribute) =>
        assemblies.Sum(assembly => (int?)assembly.Attribute(attribute) ?? 0);
}
