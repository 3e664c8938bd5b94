namespace Rayshard.Storage;

/// <summary>Stored bytes are not what they must be. What was read has not been handed out.</summary>
public sealed class DamagedShardException(Fault fault) : RayshardException(ExitCode.NotSo, fault.ToString())
{
    /// <summary>What is wrong, and where.</summary>
    public Fault Fault { get; } = fault;
}
