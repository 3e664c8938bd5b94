namespace Rayshard.Sharing.Exports;

/// <summary>A form for those who can't use shards.</summary>
public enum ExportFormat
{
    /// <summary>One HDF5 file.</summary>
    Hdf5,

    /// <summary>One folder, Zarr version 2.</summary>
    Zarr,

    /// <summary>One NumPy archive, not compressed.</summary>
    Npz,

    /// <summary>A folder with an OpenEXR file a frame.</summary>
    Exr,

    /// <summary>A folder with a PNG of 16 bits a frame and pass.</summary>
    Png16,
}
