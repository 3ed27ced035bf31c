import Logging
import NIOPosix
import ServiceLifecycle

/// Writes down now and then when tokens were used, and at the end.
struct TokenUseKeeper: Service {
    let use: TokenUseFile
    var interval = Duration.seconds(60)
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: interval)
                await write()
            }
        }
        // A task that is cancelled must not leave out the last one.
        await Task { await write() }.value
    }

    private func write() async {
        do {
            try await NIOThreadPool.singleton.runIfActive { try use.write() }
        } catch {
            logger.warning(
                "when tokens were used cannot be written", metadata: ["path": "\(use.path)", "error": "\(error)"])
        }
    }
}
