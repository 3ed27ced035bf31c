import NIOPosix
import ServiceLifecycle
import UnixSignals

/// Looks every few seconds, and on SIGHUP, whether there is a new certificate.
struct CertificateWatch: Service {
    let certificate: ServerCertificate
    /// How often.
    let interval: Duration
    private let signals: UnixSignalsSequence

    /// From now on SIGHUP does not end the process.
    init(certificate: ServerCertificate, interval: Duration) async {
        self.certificate = certificate
        self.interval = interval
        signals = await UnixSignalsSequence(trapping: .sighup)
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals.cancelOnGracefulShutdown() {
                    await look(always: true)
                }
            }
            group.addTask {
                // Ends when the server stops.
                try? await cancelWhenGracefulShutdown {
                    while true {
                        try await Task.sleep(for: interval)
                        await look(always: false)
                    }
                }
            }
        }
    }

    /// On a thread where it may block.
    private func look(always: Bool) async {
        // Threads that are gone belong to a process that ends.
        try? await NIOThreadPool.singleton.runIfActive { certificate.reload(always: always) }
    }
}
