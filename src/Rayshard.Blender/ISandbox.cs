namespace Rayshard.Blender;

/// <summary>Another folder tree that a Worker runs in, away from the network and from all of this machine that it is not given.</summary>
internal interface ISandbox
{
    /// <summary>Which tree, for people: a folder, an image.</summary>
    string Place { get; }

    /// <summary>The same program, started in the tree. It may write its own folder, reach its display, and read what it is given, at the same paths as here.</summary>
    /// <param name="program">The program, by its path in the tree.</param>
    /// <param name="readable">Folders of this machine that it may read.</param>
    Launch Wrap(Launch program, IEnumerable<string> readable);
}
