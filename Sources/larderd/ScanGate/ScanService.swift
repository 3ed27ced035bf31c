import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import Networking
import SystemPackage

/// A scanner that is asked over HTTP: it is told which image, where to fetch it and with which token, and answers with a verdict.
struct ScanService: Sendable {
    /// What it is sent.
    struct Order: Codable, Sendable {
        /// As in `larder.internal:7070/shop/api@sha256:…`.
        let reference: String
        let repository: String
        let digest: String
        let mediaType: String
        /// The tags that are to be set.
        let tags: [String]
        /// What to show this server to fetch the image: good for reading this repository, and for as long as the judgement may
        /// take. `nil` when the server asks nobody.
        let authorization: String?
    }

    private let rule: ScanServiceRule
    /// Seconds.
    private let timeout: Int64
    private let web: WebClient

    /// Reads certificates. Blocks.
    /// - Throws: ``SettingsError``.
    init(_ rule: ScanServiceRule, timeout: Int64, environment: [String: String]) throws(SettingsError) {
        (self.rule, self.timeout) = (rule, timeout)
        do {
            web = WebClient(
                try NetworkSettings(environment: environment, authorityFile: rule.authorityFile), .forScanner(timeout))
        } catch {
            throw SettingsError("The scan gate: \(error).")
        }
    }

    /// - Throws: ``ScanFailure``.
    func judge(_ order: Order) async throws -> ScanVerdict {
        do {
            var request = HTTPClientRequest(url: rule.url)
            request.method = .POST
            request.headers = [
                "content-type": "application/json", "accept": "application/json",
                "user-agent": "larderd/\(LarderdCommand.version)",
            ]
            if let file = rule.tokenFile {
                let text = try await NIOThreadPool.singleton.runIfActive {
                    FileManager.default.contents(atPath: file.string).map { String(decoding: $0, as: UTF8.self) }
                }
                guard let text else { throw ScanFailure("its token file \(file) cannot be read") }
                request.headers.add(name: "authorization", value: "Bearer \(text.filter { !$0.isWhitespace })")
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            request.body = .bytes(ByteBuffer(bytes: try encoder.encode(order)))
            let end = ContinuousClock.now + .seconds(timeout)
            let response = try await web.execute(request, timeout: .seconds(timeout))
            guard response.status == .ok else { throw ScanFailure("it answered \(response.status.code)") }
            return try ScanVerdict(
                parsing: [UInt8](
                    buffer: try await response.body.collect(upTo: ScanVerdict.byteCountMaximum, within: end - .now)))
        } catch let error as ScanFailure {
            throw error
        } catch is NIOTooManyBytesError {
            throw ScanFailure("its answer has more than \(ScanVerdict.byteCountMaximum) bytes")
        } catch is SlowAnswer {
            throw ScanFailure("it took more than \(timeout) s")
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            throw ScanFailure("it took more than \(timeout) s")
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as HTTPClientError {
            throw ScanFailure("it cannot be reached: \(error.shortDescription)")
        } catch {
            throw ScanFailure("it cannot be reached: \(error)")
        }
    }

    func shutdown() async { await web.shutdown() }
}

extension HTTPClient.Configuration {
    /// Where a scanner sends one is not believed: it is told how the image can be read.
    fileprivate static func forScanner(_ timeout: Int64) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(timeout + 5))
        configuration.decompression = .disabled
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
