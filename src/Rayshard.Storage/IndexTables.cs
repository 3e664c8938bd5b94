namespace Rayshard.Storage;

/// <summary>The index of an experiment: two Parquet tables over its sealed shards. Derived; nothing but the shards decides a byte of them.</summary>
internal static class IndexTables
{
    public static IEnumerable<IndexTable> Of(StoredExperiment experiment) => [FramesTable.Of(experiment), BlobsTable.Of(experiment)];
}
