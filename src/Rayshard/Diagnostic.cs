namespace Rayshard;

/// <summary>A place in a source file. Line 0 means the file as a whole.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Line">Line, counted from 1.</param>
public readonly record struct SourceLine(string File, int Line);

/// <summary>One fault of an experiment, in the form that MSBuild, editors and CI understand: <c>file(line): error RAY001: text</c>.</summary>
/// <param name="Where">The file and line that the fault stands in.</param>
/// <param name="Field">The field, as a path into the experiment: <c>parameters[1].linear.count</c>.</param>
/// <param name="Reason">What is wrong and what to do about it.</param>
public sealed record Diagnostic(SourceLine Where, string Field, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Where.File}({Math.Max(1, Where.Line)}): error RAY001: {Field}: {Reason}";
}
