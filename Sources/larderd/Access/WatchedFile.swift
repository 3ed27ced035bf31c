import Access
import FoundationEssentials
import Logging
import NIOPosix
import Networking
import ServiceLifecycle
import Synchronization
import SystemPackage
import UnixSignals

/// A file of configuration that may change while the server runs. What cannot be read or used changes nothing.
final class WatchedFile<Value: Sendable>: Service {
    /// The most bytes of such a file.
    static var bytesMaximum: Int { 4 << 20 }

    private let path: FilePath
    private let apply: @Sendable ([UInt8]) throws(AccessError) -> Value
    private let interval: Duration
    private let logger: Logger
    private let last: Mutex<[UInt8]?>
    private let value: Mutex<Value>

    /// Reads the file for the first time.
    /// - Parameters:
    ///   - apply: takes what it holds, whenever that has changed, and says what that means.
    ///   - interval: between two looks.
    /// - Throws: ``SettingsError`` with the path and the line.
    init(
        _ path: FilePath, interval: Duration = .seconds(3), logger: Logger,
        apply: @escaping @Sendable ([UInt8]) throws(AccessError) -> Value
    ) throws {
        (self.path, self.apply, self.interval, self.logger) = (path, apply, interval, logger)
        let bytes = try Self.read(path)
        last = Mutex(bytes)
        value = Mutex(try Self.value(of: bytes, path, apply))
    }

    /// What its newest usable content means.
    var current: Value { value.withLock { $0 } }

    /// Looks every few seconds, and on SIGHUP, until the server stops.
    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
                    await self.look()
                }
            }
            group.addTask {
                try? await cancelWhenGracefulShutdown {
                    while true {
                        try await Task.sleep(for: self.interval)
                        await self.look()
                    }
                }
            }
        }
    }

    private func look() async {
        // Threads that are gone belong to a process that ends.
        try? await NIOThreadPool.singleton.runIfActive { self.reload() }
    }

    /// Reads the file, and takes it if it has changed. What is wrong with it is logged once. Blocks.
    func reload() {
        last.withLock { last in
            let before = last
            do throws(SettingsError) {
                last = nil
                let bytes = try Self.read(path)
                defer { last = bytes }
                if bytes == before { return }
                let fresh = try Self.value(of: bytes, path, apply)
                value.withLock { $0 = fresh }
                logger.notice("file read again", metadata: ["file": "\(path)"])
            } catch {
                if last != nil || before != nil { logger.error("\(error) What was in force before stays.") }
            }
        }
    }

    private static func value(
        of bytes: [UInt8], _ path: FilePath, _ apply: ([UInt8]) throws(AccessError) -> Value
    ) throws(SettingsError) -> Value {
        do throws(AccessError) {
            return try apply(bytes)
        } catch {
            throw SettingsError(Self.message(path, error))
        }
    }

    private static func message(_ path: FilePath, _ error: AccessError) -> String {
        "\(path)\(error.line.map { ":\($0)" } ?? ""): \(error.message)."
    }

    private static func read(_ path: FilePath) throws(SettingsError) -> [UInt8] {
        do {
            let bytes = try Data(contentsOf: URL(filePath: path.string))
            if bytes.count <= bytesMaximum { return [UInt8](bytes) }
        } catch {
            throw SettingsError("\(path) cannot be read: \(SystemReason.words(for: error)).")
        }
        throw SettingsError("\(path) is larger than \(bytesMaximum) bytes.")
    }
}
