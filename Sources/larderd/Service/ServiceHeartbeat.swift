import ServiceLifecycle

/// Tells a service manager that the server is alive, twice in its period, and at last that it stops. It runs where the
/// server's tasks run: where these do not get on, it does not either.
struct ServiceHeartbeat: Service, CustomStringConvertible {
    let manager: ServiceManager

    var description: String { "heartbeat" }

    func run() async throws {
        // Ends when the server is to stop.
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: manager.watchdogPeriod.map { .microseconds($0 / 2) } ?? .seconds(86_400))
                if manager.watchdogPeriod != nil { manager.tell("WATCHDOG=1") }
            }
        }
        manager.tell("STOPPING=1")
    }
}
