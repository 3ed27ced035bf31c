import ArgumentParser
import Build
import Dockerfile

/// A look at a Dockerfile only: `larder build --check`.
struct CheckRun: Sendable {
    let order: BuildOrder
    let surroundings: Surroundings

    /// Prints what is found.
    /// - Throws: `ExitCode` when something was, or once the reason was told why nothing could be; `ValidationError`.
    func run() async throws {
        let look = DryRun(order: order, surroundings: surroundings)
        try Self.report(try await look.run { builder, request in try await builder.check(request) })
    }

    private static func report(_ warnings: [BuildWarning]) throws {
        for warning in warnings { print(warning) }
        let count = warnings.count
        print("Check complete: \(count == 0 ? "no warnings" : count == 1 ? "1 warning" : "\(count) warnings").")
        guard warnings.isEmpty else { throw ExitCode.failure }
    }
}
