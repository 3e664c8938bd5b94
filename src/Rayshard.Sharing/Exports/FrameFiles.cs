namespace Rayshard.Sharing.Exports;

/// <summary>What folders with a file per frame have in common: names, <c>frames.csv</c> and <c>experiment.json</c>.</summary>
internal static class FrameFiles
{
    public static void WriteTables(ExportSource source, string folder)
    {
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(folder).FullName, "experiment.json"), ExperimentFile.Write(source.Experiment));
        using var table = new StreamWriter(Path.Combine(folder, "frames.csv")) { NewLine = "\n" };
        ExportColumn[] columns = [.. source.Frames, .. source.Parameters];
        table.WriteLine(string.Join(',', columns.SelectMany(column => column.Names)));
        for (var row = 0; row < source.Count; row++)
        {
            table.WriteLine(string.Join(',', columns.SelectMany(column => column.Cells(row))));
        }
    }

    /// <summary>A frame's file name, without what follows: all of one length, so that they sort.</summary>
    public static string Name(ExportSource source, int row) => $"{source.Experiment.Name}-{source.Index(row):D7}";
}
