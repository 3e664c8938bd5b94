using System.Text;
using Newtonsoft.Json.Linq;
using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>What a report was made of.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Frames">Frames in it.</param>
/// <param name="Planned">Frames that the experiment has.</param>
/// <param name="WithPixels">Frames of which it holds every float.</param>
/// <param name="Faults">What of the frames could not be read, a line each.</param>
public sealed record ReportSummary(string Path, long Bytes, int Frames, long Planned, int WithPixels, IReadOnlyList<string> Faults);

/// <summary>One HTML file about an experiment that opens from disk, without a server or a network, and is no larger than 50 MB.</summary>
/// <param name="shelf">The frames.</param>
/// <param name="runsFolder">Evidence of the runs.</param>
/// <param name="verdicts">What precision was found, where somebody looked.</param>
/// <param name="bundle">The bundle whose shards these are; absent: they are the store's.</param>
public sealed class Report(FrameShelf shelf, string runsFolder, IReadOnlyList<PrecisionVerdict> verdicts, VerifiedPlace? bundle = null)
{
    // A piece that is decoded at once: small enough that the page stays alive meanwhile.
    private const int ChunkBytes = 1 << 20;

    private readonly List<string> _faults = [];

    /// <summary>Writes the page; a file of that name is always whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sample">Which frames; absent: all, as far as they fit.</param>
    /// <param name="written">When it is written, for a line on the page.</param>
    /// <param name="cancellation">Ends it between frames.</param>
    /// <exception cref="RayshardException">The store has none of the frames, or the file can't be written.</exception>
    public ReportSummary Write(string path, FrameSample? sample, DateTimeOffset written, CancellationToken cancellation)
    {
        var plan = new PagePlan(shelf.Experiment, shelf.Plan, sample);
        var partial = path + ".partial";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            int frames, withPixels;
            using (var page = new StreamWriter(partial, append: false, new UTF8Encoding(false), bufferSize: 1 << 16))
            {
                (frames, withPixels) = Write(page, plan, written, cancellation);
            }

            File.Move(partial, path, overwrite: true);
            return new(path, new FileInfo(path).Length, frames, shelf.Plan.Count, withPixels, _faults);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RayshardException(ExitCode.Failed, $"{path}: the report can't be written: {e.Message}", e);
        }
        finally
        {
            // Deleting would throw where even the folder could not be made, and hide why.
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
        }
    }

    // The model says how many frames there are, so the pixels are read before it is written: packets go to a file meanwhile.
    private (int Frames, int WithPixels) Write(TextWriter page, PagePlan plan, DateTimeOffset written, CancellationToken cancellation)
    {
        using var packets = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        using var pixels = new StringWriter();
        var (frames, withPixels) = (0, 0);
        for (var place = 0; place < plan.Indexes.Count; place++)
        {
            cancellation.ThrowIfCancellationRequested();
            var isWhole = IsChosen(place, plan);
            if (Packet(plan, place, isWhole ? pixels : null) is { } packet)
            {
                packets.Write(packet);
                frames++;
                withPixels += isWhole ? 1 : 0;
            }
        }

        if (frames == 0 && _faults.Count == 0)
        {
            throw new RayshardException(ExitCode.NotFound, $"the store has none of the frames of '{shelf.Experiment.Name}' ({shelf.Folder}): render it first, or name its store by --store");
        }

        PageText.WriteHead(page, Model(plan, frames, withPixels, written), isLive: false);
        packets.Position = 0;
        var chunk = new byte[Math.Max(1, ChunkBytes / plan.PacketBytes) * plan.PacketBytes];
        while (packets.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) is > 0 and var read)
        {
            PageText.WriteData(page, "frames", "", chunk.AsSpan(0, read));
        }

        page.Write(pixels.GetStringBuilder());
        PageText.WriteEnd(page);
        return (frames, withPixels);
    }

    // Evenly over the page, the first frame among them.
    private static bool IsChosen(int place, PagePlan plan) =>
        plan.WithPixels > 0 && (long)place * plan.WithPixels % plan.Indexes.Count < plan.WithPixels;

    private byte[]? Packet(PagePlan plan, int place, StringWriter? pixels)
    {
        try
        {
            using var frame = shelf.TryRead(plan.Indexes[place]);
            return frame is null ? null : FramePacket.Of(plan, place, frame, (pass, blob) =>
            {
                if (pixels is not null)
                {
                    PageText.WriteData(pixels, "pixels", $" data-place=\"{place}\" data-pass=\"{pass}\"", Planes(blob[Npy.HeaderBytes..]));
                }
            });
        }
        catch (DamagedShardException e)
        {
            Note(e);
            return null;
        }
    }

    // A shard whose manifest is damaged says so for each of its frames.
    private void Note(DamagedShardException damage)
    {
        if (!_faults.Contains(damage.Message))
        {
            _faults.Add(damage.Message);
        }
    }

    private JObject Model(PagePlan plan, int frames, int withPixels, DateTimeOffset written)
    {
        var model = PageModel.Of(shelf.Experiment, shelf.Plan, plan);
        var now = shelf.Look();
        if (_faults.Count == 0)
        {
            // A damaged shard's frames have said so already, unless none of them was chosen.
            _faults.AddRange(now.Damaged.Select(shard => shard.Why));
        }

        model["live"] = false;
        model["written"] = written.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        model["frames"] = frames;
        model["held"] = now.Held;
        model["with_pixels"] = withPixels;
        model["shards"] = new JArray(now.Sealed.Select(shard => new JArray(shard.Name, shard.Bytes, shard.Held, shard.Expected, shard.Manifest.ToString())));
        model["unreadable"] = new JArray(now.Damaged.Select(shard => shard.Name));
        var place = bundle ?? shelf.Place;
        model["verifier"] = place.Verb;
        model["verification"] = new VerifyStatus(runsFolder, place).Of(now);
        model["faults"] = new JArray(_faults);
        model["verdicts"] = new JArray(verdicts.Select(verdict => new JArray(verdict.Pass, verdict.Channel, verdict.Text, new JValue(verdict.Holds))));
        model["notes"] = new RunNotes(runsFolder, shelf).Read();
        return model;
    }

    // All first bytes of the floats, then all second bytes, ...: exponents lie together and compress to a quarter less.
    private static byte[] Planes(ReadOnlySpan<byte> floats)
    {
        var planes = new byte[floats.Length];
        var count = floats.Length / 4;
        for (var i = 0; i < floats.Length; i++)
        {
            planes[((i & 3) * count) + (i >> 2)] = floats[i];
        }

        return planes;
    }
}
