/// Takes the events of a build, in the order they happen, from any thread.
public protocol BuildEventSink: Sendable {
    /// Takes one event; returns soon.
    func take(_ event: BuildEvent)
}
