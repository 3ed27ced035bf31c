/// A server ended before it listened.
public struct ServerDidNotStart: Error {
    /// Makes an error.
    public init() {}
}
