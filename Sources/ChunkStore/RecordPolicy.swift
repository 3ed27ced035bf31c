/// What to do when a record with the same key is there already.
public enum RecordPolicy: Sendable {
    /// The new one takes its place.
    case replace
    /// The one that is there stays.
    case keepFirst
}
