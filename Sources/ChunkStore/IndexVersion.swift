/// A state of a store's index, by which an answer made from it can be told to be current still.
public struct IndexVersion: Hashable, Sendable {
    let transaction: UInt64
}
