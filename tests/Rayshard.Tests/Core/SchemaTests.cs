namespace Rayshard.Tests.Core;

public sealed class SchemaTests
{
    [Fact]
    public async Task The_schema_of_an_experiment() => await VerifyXunit.Verifier.Verify(ExperimentFile.JsonSchema());
}
