using System.Text.RegularExpressions;

namespace Rayshard.Sharing.Metadata;

/// <summary>An SPDX licence as others write it.</summary>
internal static partial class Licence
{
    /// <summary>Its address where it is one licence of SPDX's list, else the expression itself.</summary>
    public static string Address(string spdx) => Single().IsMatch(spdx) ? $"https://spdx.org/licenses/{spdx}" : spdx;

    /// <summary>Hugging Face's id: the lower-case SPDX id for a single licence (huggingface.co/docs/hub/repositories-licenses), else <c>other</c>.</summary>
    public static string HuggingFace(string spdx) => Single().IsMatch(spdx) ? spdx.ToLowerInvariant() : "other";

    [GeneratedRegex(@"^(?!LicenseRef-|DocumentRef-)[A-Za-z0-9.-]+\z")]
    private static partial Regex Single();
}
