/// The content types of the cache API's binary bodies.
public enum CacheMediaType {
    /// Frames, one after the other.
    public static let frames = "application/vnd.larder.frames.v1"
    /// An encoded recipe.
    public static let recipe = "application/vnd.larder.recipe.v1"
    /// Chunk ids, or positions.
    public static let chunkIDs = "application/vnd.larder.chunk-ids.v1"
    /// Everything else.
    public static let json = "application/json"
}
