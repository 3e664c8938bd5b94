using Newtonsoft.Json.Linq;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Reporting.Tests;

/// <summary>What the report says of the last Verify: of the store as it is now, and of nothing else.</summary>
public sealed class VerificationTests(Browser browser)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_was_verified_says_when_and_how(bool quick)
    {
        using var store = new PageStore(frames: 12, shards: 3);
        await using var unverified = await browser.OpenAsync("file://" + store.Report());
        Assert.Contains("Verify not run", await unverified["#status"].InnerTextAsync(), StringComparison.Ordinal);

        Assert.Empty(Verify(store, quick));
        await using var page = await browser.OpenAsync("file://" + store.Report());
        Assert.Matches($@"Verify 3 of 3 shards whole, \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\dZ{(quick ? ", quick" : "")}", await page["#status"].InnerTextAsync());
        Assert.Equal(1, await page["#status b.good", "3 of 3 shards whole"].CountAsync());
        Assert.Equal(3, await page["#about td b.good", "whole"].CountAsync());
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task A_damaged_store_is_damaged_until_it_is_mended_and_then_outdated()
    {
        using var store = new PageStore(frames: 12, shards: 3);
        var whole = File.ReadAllBytes(store.ShardPath(1));
        Flip(store.ShardPath(1), 4096);
        var fault = Assert.Single(Verify(store));
        await using (var page = await browser.OpenAsync("file://" + store.Report()))
        {
            Assert.Equal(1, await page["#status b.bad", "damaged, 20"].CountAsync());
            Assert.Equal(1, await page["#about p.bad", fault.ToString()].CountAsync());
            Assert.Equal(1, await page["#about td b.bad", "damaged"].CountAsync());
            Assert.Equal(2, await page["#about td b.good", "whole"].CountAsync());
            Assert.Empty(page.Wrong);
        }

        Touch(store.ShardPath(1), whole);
        await using var mended = await browser.OpenAsync("file://" + store.Report());
        Assert.Equal(1, await mended["#status b.warn", "2 of 3 shards whole"].CountAsync());
        Assert.Equal(1, await mended["#about td b.warn", "changed since"].CountAsync());
        Assert.Equal(1, await mended["#about p.quiet", $"{fault} (the file was changed since)"].CountAsync());
        Assert.Equal(0, await mended["#about p.bad"].CountAsync());
    }

    [Fact]
    public async Task Shards_that_came_or_changed_since_are_not_called_verified()
    {
        using var store = new PageStore(frames: 12, shards: 3);
        var last = File.ReadAllBytes(store.ShardPath(2));
        File.Delete(store.ShardPath(2));
        File.Delete(Path.Combine(store.Folder, "catalog.sqlite"));
        Assert.Empty(Verify(store));
        Touch(store.ShardPath(2), last);
        await using (var page = await browser.OpenAsync("file://" + store.Report()))
        {
            Assert.Equal(1, await page["#status b.warn", "2 of 3 shards whole"].CountAsync());
            Assert.Equal(1, await page["#about td b.warn", "not read"].CountAsync());
        }

        // Every shard's manifest is as it was, and not one byte differs: but who wrote them since was not Verify.
        foreach (var shard in new[] { 0, 1 })
        {
            Touch(store.ShardPath(shard), File.ReadAllBytes(store.ShardPath(shard)));
        }

        await using var outdated = await browser.OpenAsync("file://" + store.Report());
        Assert.Equal(1, await outdated["#status b.warn", "outdated: of "].CountAsync());
    }

    [Fact]
    public async Task A_shard_that_rots_after_Verify_is_told_by_the_page_itself()
    {
        using var store = new PageStore(frames: 12, shards: 3);
        Verify(store);

        // A disk that rots tells no time of writing.
        var written = File.GetLastWriteTimeUtc(store.ShardPath(1));
        Flip(store.ShardPath(1), 4096);
        File.SetLastWriteTimeUtc(store.ShardPath(1), written);
        await using var page = await browser.OpenAsync("file://" + store.Report());

        Assert.Equal(1, await page["#status b.warn", "before the faults of today"].CountAsync());
        Assert.Equal(0, await page["#status b.good"].CountAsync());
    }

    [Fact]
    public void A_verification_of_another_store_says_nothing_of_this_one()
    {
        using var store = new PageStore(frames: 4);
        using var copy = new TemporaryFolder();
        Directory.Delete(copy.Path);
        Directory.Move(store.Folder, copy.Path);
        Verify(store, at: copy.Path);
        Directory.CreateDirectory(store.Folder);
        using var here = FrameShelf.Open(store.Folder, store.Experiment);
        using var there = FrameShelf.Open(copy.Path + "/", store.Experiment);

        Assert.Null(Status(here, Path.Combine(copy.Path, "runs")));
        Assert.Equal("whole", (string?)Status(there, Path.Combine(copy.Path, "runs"))!["grade"]);
    }

    [Fact]
    public void A_note_that_is_torn_or_of_another_form_is_passed_over_for_the_one_before()
    {
        using var store = new PageStore(frames: 4);
        Verify(store);
        var note = Directory.EnumerateFiles(store.Runs, "verify.json", SearchOption.AllDirectories).Single();
        var text = File.ReadAllText(note);
        var newer = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(note)!, "..", "99991231-235959-1")).FullName;
        using var shelf = store.OpenShelf();
        foreach (var bad in new[] { "", "{", "[]", "null", text[..(text.Length / 2)], text.Replace("\"Bytes\":", "\"Size\":", StringComparison.Ordinal), text.Replace("\"Quick\": false", "\"Quick\": {}", StringComparison.Ordinal) })
        {
            File.WriteAllText(Path.Combine(newer, "verify.json"), bad);
            Assert.Equal("whole", (string?)Status(shelf, store.Runs)!["grade"]);
        }
    }

    [Fact]
    public void One_that_was_interrupted_counts_what_it_read_and_is_not_whole()
    {
        using var store = new PageStore(frames: 12, shards: 3);
        using var stop = new CancellationTokenSource();
        var verifier = new Verifier(store.Folder);
        var note = new VerifyNote(store.Runs, store.Folder, quick: false, TimeProvider.System);
        Flip(store.ShardPath(1), 4096);
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var fault in verifier.Run(stop.Token))
            {
                note.Add(fault);
                stop.Cancel();
            }
        });
        note.Write(verifier.ShardsRead, isWhole: false);
        using var shelf = store.OpenShelf();

        var status = Status(shelf, store.Runs)!;
        Assert.Equal(["whole", "damaged", "not read"], status["states"]!.Select(state => (string)state[0]!));
        Assert.Equal(("damaged", true), ((string?)status["grade"], (bool)status["interrupted"]!));
    }

    [Fact]
    public async Task One_that_was_interrupted_after_a_whole_one_adds_to_it_and_takes_nothing_away()
    {
        using var store = new PageStore(frames: 12, shards: 3);
        var last = File.ReadAllBytes(store.ShardPath(2));
        File.Delete(store.ShardPath(2));
        File.Delete(Path.Combine(store.Folder, "catalog.sqlite"));
        Assert.Empty(Verify(store));
        File.WriteAllBytes(store.ShardPath(2), last);
        File.SetLastWriteTimeUtc(store.ShardPath(2), DateTime.UtcNow.AddSeconds(5));
        Verify(store, quick: true, interrupted: true, later: 10);
        using var shelf = store.OpenShelf();

        var status = Status(shelf, store.Runs)!;
        Assert.Equal(("whole", "partly quick", false), ((string?)status["grade"], (string?)status["quick"], (bool)status["interrupted"]!));
        Assert.Equal([false, false, true], status["states"]!.Select(state => ((string)state[1]!).EndsWith(", quick", StringComparison.Ordinal)));
        await using (var page = await browser.OpenAsync("file://" + store.Report()))
        {
            Assert.Matches(@"Verify 3 of 3 shards whole, \S+ \S+Z to \S+ \S+Z, partly quick", await page["#status"].InnerTextAsync());
            Assert.Equal(3, await page["#about td b.good", "whole"].CountAsync());
            Assert.Empty(page.Wrong);
        }

        // One that reads all takes the place of both.
        Verify(store, later: 20);
        status = Status(shelf, store.Runs)!;
        Assert.Equal(("whole", "", (string?)status["from"]), ((string?)status["grade"], (string?)status["quick"], (string?)status["to"]));
    }

    [Fact]
    public void What_a_whole_one_found_is_told_until_another_whole_one_does_not_find_it()
    {
        using var store = new PageStore(frames: 12, shards: 3);
        var bytes = File.ReadAllBytes(store.ShardPath(1));
        Flip(store.ShardPath(1), 4096);
        Assert.Single(Verify(store));
        using var shelf = store.OpenShelf();
        string? Grade() => (string?)Status(shelf, store.Runs)!["grade"];

        // By a backup's time, so that nothing but another Verify can tell.
        var written = File.GetLastWriteTimeUtc(store.ShardPath(1));
        File.WriteAllBytes(store.ShardPath(1), bytes);
        File.SetLastWriteTimeUtc(store.ShardPath(1), written);
        Verify(store, quick: true, later: 10);
        Verify(store, interrupted: true, later: 20);
        Assert.Equal("damaged", Grade());
        Verify(store, later: 30);
        Assert.Equal("whole", Grade());
    }

    [Fact]
    public void One_that_was_interrupted_before_its_first_shard_calls_nothing_changed()
    {
        using var store = new PageStore(frames: 4);
        new VerifyNote(store.Runs, store.Folder, quick: false, TimeProvider.System).Write(store.OpenShelf().Place, [], isWhole: false);
        using var shelf = store.OpenShelf();

        Assert.Equal("part", (string?)Status(shelf, store.Runs)!["grade"]);
    }

    [Fact]
    public void No_experiments_runs_lie_where_notes_are_kept()
    {
        using var store = new PageStore(frames: 4);
        Verify(store);
        var kept = Path.GetFileName(Directory.GetDirectories(store.Runs).Single());

        Assert.Contains($"'{kept}' is no name", Assert.Throws<InvalidExperimentException>(() => ExperimentResolver.Resolve(store.Experiment with { Name = kept, Source = new($"/{kept}/Experiment.cs", 1) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_live_page_says_the_same_as_it_changes()
    {
        using var store = new PageStore(frames: 12, shards: 3);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);
        await page.UntilAsync("() => document.querySelector('#status').textContent.includes('Verify not run')");

        Verify(store);
        await page.UntilAsync("() => document.querySelector('#status b.good')?.textContent.startsWith('3 of 3 shards whole, ')");
        Assert.Equal(1, await page["#about p", "Verify of "].CountAsync());
        Flip(store.ShardPath(1), 4096);
        Verify(store, later: 10);
        await page.UntilAsync("() => document.querySelector('#status b.bad')?.textContent.startsWith('damaged, ')");
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public void What_is_wrong_with_the_catalog_alone_leaves_every_shard_whole_and_the_store_damaged()
    {
        using var store = new PageStore(frames: 4);
        File.WriteAllText(Path.Combine(store.Folder, "catalog.sqlite"), "none");
        Assert.Single(Verify(store));
        using var shelf = store.OpenShelf();

        var status = Status(shelf, store.Runs)!;
        Assert.Equal(("damaged", "whole"), ((string?)status["grade"], (string?)status["states"]![0]![0]));
    }

    private static JObject? Status(FrameShelf shelf, string runs) => new VerifyStatus(runs, shelf.Place).Of(shelf.Look());

    private static List<Fault> Verify(PageStore store, bool quick = false, string? at = null, bool interrupted = false, int later = 0)
    {
        var folder = at ?? store.Folder;
        var verifier = new Verifier(folder, new() { Quick = quick });
        var note = new VerifyNote(Path.Combine(folder, "runs"), folder, quick, new Later(later));
        var faults = verifier.Run().ToList();
        faults.ForEach(note.Add);
        note.Write(verifier.ShardsRead, !interrupted);
        return faults;
    }

    private sealed class Later(int seconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddSeconds(seconds);
    }

    private static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    // Anew, and later than a clock of some milliseconds can miss.
    private static void Touch(string file, byte[] bytes)
    {
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(1));
    }
}
