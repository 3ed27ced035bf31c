import ArgumentParser
import Build
import Glibc

/// Something that a command has a server do, from the first line of progress to the digest that it prints.
enum ServerTask {
    /// Runs `body`, prints the digest that it gives, and closes the connection.
    /// - Throws: `ExitCode` once the reason was told, or the signal's.
    static func run(
        on server: ServerConnection, showing display: any BuildDisplay,
        _ body: @escaping @Sendable () async throws -> String
    ) async throws {
        let (result, signal) = await Interruption.run(display) { () async -> Result<String, any Error> in
            do {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        await display.finish()
        await server.shutdown()
        if let signal { throw ExitCode(128 + signal) }
        switch result {
        case .success(let digest): print(digest)
        case .failure(let error):
            StandardError.write("ERROR: \(error)\n")
            throw ExitCode.failure
        }
    }
}
