using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Rayshard;

/// <summary>How pixels are taken from Blender.</summary>
[JsonConverter(typeof(StringEnumConverter), typeof(Newtonsoft.Json.Serialization.CamelCaseNamingStrategy), new object[0], false)]
public enum Capture
{
    /// <summary>The compositor's Viewer node, in a window on a private display. One pass.</summary>
    Viewer,

    /// <summary>The render result, headless. Every pass of every layer at once.</summary>
    Passes,

    /// <summary>A 32-bit OpenEXR file, read back and removed: the witness.</summary>
    Exr,
}
