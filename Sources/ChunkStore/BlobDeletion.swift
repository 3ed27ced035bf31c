/// What became of a blob that somebody wanted deleted.
public enum BlobDeletion: Hashable, Sendable {
    /// It is gone.
    case deleted
    /// It was not there.
    case absent
    /// It stays, since a record refers to it.
    case inUse
}
