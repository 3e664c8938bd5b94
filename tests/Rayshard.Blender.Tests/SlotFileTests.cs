using System.Buffers.Binary;

namespace Rayshard.Blender.Tests;

public sealed class SlotFileTests : IDisposable
{
    private readonly RunFolder _folder = RunFolder.Create(null, 1 << 20);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_and_the_slots_are_private()
    {
        using var slots = new SlotFile(Path.Combine(_folder.Path, "slots"), 2, 4096);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(slots.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Path));
        Assert.Equal(2 * 4096, new FileInfo(slots.Path).Length);
    }

    [Fact]
    public void A_file_that_is_already_there_is_never_taken()
    {
        var path = Path.Combine(_folder.Path, "slots");
        File.CreateSymbolicLink(path, Path.Combine(_folder.Path, "elsewhere"));

        Assert.ThrowsAny<IOException>(() => new SlotFile(path, 1, 4096));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "elsewhere")));
    }

    [Fact]
    public void More_than_there_is_room_for_is_an_error_before_any_frame()
    {
        var error = Assert.Throws<RayshardException>(() => new SlotFile(Path.Combine(_folder.Path, "slots"), 1 << 20, 1L << 32));

        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
    }

    [Fact]
    public void The_check_finds_every_flipped_bit_in_a_pass_and_a_wrong_sequence()
    {
        using var slots = new SlotFile(Path.Combine(_folder.Path, "slots"), 2, 4096);
        using var file = File.Open(slots.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[128];
        "RAYSLOT1"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), 77);
        bytes.AsSpan(64).Fill(42);
        void Write()
        {
            file.Position = 4096;
            file.Write(bytes);
            file.Flush();
        }

        FramePass[] passes = [new("p", 64, 4, 2, 2)];
        ulong[] sums = [unchecked(8 * 0x2a2a2a2a2a2a2a2aUL)];
        Write();
        Assert.Null(slots.Check(1, 77, passes, sums));
        Assert.NotNull(slots.Check(1, 78, passes, sums));
        Assert.NotNull(slots.Check(0, 77, passes, sums));
        for (var bit = 0; bit < 64 * 8; bit++)
        {
            bytes[64 + bit / 8] ^= (byte)(1 << bit % 8);
            Write();
            Assert.NotNull(slots.Check(1, 77, passes, sums));
            bytes[64 + bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void The_folder_of_a_live_run_stays_and_that_of_a_dead_one_goes()
    {
        var parent = Directory.CreateTempSubdirectory("parent-").FullName;
        using var live = RunFolder.Create(parent, 0);
        var dead = Directory.CreateDirectory(Path.Combine(parent, "rayshard-dead")).FullName;
        File.WriteAllText(Path.Combine(dead, "lock"), "");
        File.WriteAllText(Path.Combine(dead, "slots"), "left");
        File.CreateSymbolicLink(Path.Combine(parent, "rayshard-link"), parent);

        using (RunFolder.Create(parent, 0))
        {
            Assert.True(Directory.Exists(live.Path));
            Assert.False(Directory.Exists(dead));
            Assert.True(Directory.Exists(Path.Combine(parent, "rayshard-link")));
        }

        live.Dispose();
        File.Delete(Path.Combine(parent, "rayshard-link"));
        Directory.Delete(parent);
    }
}
