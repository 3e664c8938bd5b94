namespace Rayshard.Reporting;

/// <summary>A pass as the page has it.</summary>
/// <param name="Name">Name of the pass in the shard.</param>
/// <param name="Channels">Labels of the channels.</param>
/// <param name="Kind">What its numbers are.</param>
/// <param name="Unit">Unit of the values.</param>
/// <param name="Thumbnail">Width and height of its thumbnails; 0 where the page has none.</param>
internal sealed record PagePass(string Name, IReadOnlyList<string> Channels, PassKind Kind, string Unit, (int Width, int Height) Thumbnail)
{
    /// <summary>Bytes of a thumbnail: float16.</summary>
    public int ThumbnailBytes => 2 * Thumbnail.Width * Thumbnail.Height * PassKinds.Shown(Kind, Channels.Count);
}

/// <summary>
/// What of an experiment goes into a page, so that no page is larger than 50 MB: which frames, how large their thumbnails are, and of which
/// frames all floats. Bounds hold before compression, so a page of noise keeps them too.
/// </summary>
internal sealed class PagePlan
{
    /// <summary>Frames of a page at most.</summary>
    public const int MaxFrames = 10_000;

    // Base64 makes 4 bytes of 3: 36 MB come to 48.
    private const long MaxBytes = 36_000_000;
    private const long MaxStatisticsBytes = 4_000_000;
    private const long MaxThumbnailBytes = 22_000_000;
    private const long MaxPixelBytes = 16_000_000;

    // Smaller ones show nothing; larger ones are what the frame viewer is for.
    private const int MinSide = 16;
    private const int MaxSide = 96;

    /// <summary>Plans the page of an experiment.</summary>
    /// <param name="experiment">The resolved experiment.</param>
    /// <param name="plan">Its frames.</param>
    /// <param name="sample">Which frames; absent: all, as far as they fit.</param>
    public PagePlan(Experiment experiment, FramePlan plan, FrameSample? sample)
    {
        var requests = experiment.Passes.OrderBy(pass => pass.Name, StringComparer.Ordinal).ToList();
        var first = experiment.Passes[0].Name!;
        var statistics = PacketHead + (ChannelStatistics.Bytes * requests.Sum(pass => FramePlan.ChannelsOf(pass).Count));
        var most = (int)Math.Clamp(MaxStatisticsBytes / statistics, 1, MaxFrames);
        var indexes = (sample ?? FrameSample.All).Of(plan.Settings, plan.Count).Take(most + 1).ToList();
        Indexes = indexes.Count <= most ? indexes : [.. FrameSample.Parse($"{most}").Of(plan.Settings, plan.Count)];

        var (width, height) = (experiment.Render.Width, experiment.Render.Height);
        IReadOnlyList<PagePass> Passes(int side, Func<string, bool> shown) => [.. requests.Select(pass => new PagePass(
            pass.Name!, FramePlan.ChannelsOf(pass), PassKinds.Of(FramePlan.ChannelsOf(pass)), BlenderFacts.Passes[pass.Pass].Unit,
            shown(pass.Name!) ? Reduced.Fit(width, height, side) : (0, 0)))];
        bool Fits(IReadOnlyList<PagePass> passes) => Indexes.Count * passes.Sum(pass => (long)pass.ThumbnailBytes) <= MaxThumbnailBytes;
        var sides = Enumerable.Range(MinSide, MaxSide - MinSide + 1).Reverse();
        this.Passes = sides.Select(side => Passes(side, _ => true)).FirstOrDefault(Fits)
            ?? sides.Select(side => Passes(side, name => name == first)).First(Fits);
        FirstPass = first;
        PacketBytes = statistics + this.Passes.Sum(pass => pass.ThumbnailBytes);

        var frameBytes = 4L * width * height * this.Passes.Sum(pass => pass.Channels.Count);
        var room = Math.Min(MaxPixelBytes, MaxBytes - ((long)Indexes.Count * PacketBytes));
        WithPixels = (int)Math.Min(Indexes.Count, room / frameBytes);
    }

    /// <summary>Bytes of a packet before the statistics: place, then the record's address.</summary>
    public const int PacketHead = 4 + Digest.Size;

    /// <summary>The frames of the page, ascending.</summary>
    public IReadOnlyList<long> Indexes { get; }

    /// <summary>The passes, by name.</summary>
    public IReadOnlyList<PagePass> Passes { get; }

    /// <summary>The pass that the experiment names first: the one to begin with.</summary>
    public string FirstPass { get; }

    /// <summary>Bytes of what the page has of each frame.</summary>
    public int PacketBytes { get; }

    /// <summary>Of how many frames the page may hold all floats; 0 where not even one fits.</summary>
    public int WithPixels { get; }
}
