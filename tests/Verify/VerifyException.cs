namespace VerifyTests;

/// <summary>A snapshot is missing or is not what came.</summary>
public sealed class VerifyException(string message) : Exception(message);
