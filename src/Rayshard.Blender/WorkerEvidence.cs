using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>What a Worker said of itself and of what it opened: evidence, not identity.</summary>
/// <param name="Hello">Versions and build facts, as blender/README.md names them.</param>
/// <param name="Settings">Every setting of render, Cycles and view layers, with the experiment's applied.</param>
/// <param name="SceneEngine">What the scene itself is set to, where that is not Cycles, which renders it all the same.</param>
public sealed record WorkerEvidence(JObject Hello, JObject Settings, string? SceneEngine);
