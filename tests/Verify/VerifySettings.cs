namespace VerifyTests;

/// <summary>Settings of one call.</summary>
public sealed class VerifySettings
{
    internal string? TextForParameters { get; private set; }

    /// <summary>Puts <c>_text</c> behind the method in the snapshot's name: for theories.</summary>
    public void UseTextForParameters(string text) => TextForParameters = text;
}
