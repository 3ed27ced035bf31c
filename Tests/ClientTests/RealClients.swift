import Testing

/// A running `larderd` and the clients that it is made for. The tests are one after the other, since they share the
/// clients' daemons, which take longer to start than most tests do.
@Suite(
    "Real clients", .serialized, .enabled(if: Peers.obstacle == nil, "\(Peers.obstacle ?? "")"), SharedPeers())
enum RealClients {}

/// Starts the clients' namespaces once for all tests of a suite.
struct SharedPeers: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Peers.run { peers in
            try await Peers.$current.withValue(peers) { try await function() }
        }
    }
}
