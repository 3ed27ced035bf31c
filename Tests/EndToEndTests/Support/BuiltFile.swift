import Build
import CacheAPI
import Chunking
import NIOHTTP1
import OCI
import SystemPackage
import Testing

/// A file of an image that a test has built.
struct BuiltFile {
    var entry: Entry
    var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension BuildLab {
    private var client: RawClient {
        get throws { RawClient(address: "http://127.0.0.1:\(port)", project: try ProjectName.named("shop")) }
    }

    /// The configuration of what was built.
    func configuration(of report: Report) async throws -> ImageConfiguration {
        let digest = try #require(report.outcome.config, "\(String(describing: report.outcome.error))")
        let answer = try await client.send(.GET, "/v2/shop/api/blobs/\(digest)", [])
        return try JSONDocument.decode(from: answer.body, subject: "the configuration")
    }

    /// What is in all layers of what was built, by path; later layers over earlier ones, removed files included.
    func files(of report: Report) async throws -> [String: BuiltFile] {
        try await files(of: try await configuration(of: report).rootfs.diffIDs)
    }

    /// The same of layers.
    func files(of layers: [Digest]) async throws -> [String: BuiltFile] {
        var files: [String: BuiltFile] = [:]
        for file in try await rawFiles(of: layers) { files[file.entry.path.description] = file }
        return files
    }

    /// What is in all layers of what was built, in order, whatever their names.
    func rawFiles(of report: Report) async throws -> [BuiltFile] {
        try await rawFiles(of: try await configuration(of: report).rootfs.diffIDs)
    }

    private func rawFiles(of layers: [Digest]) async throws -> [BuiltFile] {
        var files: [BuiltFile] = []
        for layer in layers {
            let tar = try #require(try await client.download(layer))
            var reader = TarReader()
            unsafe reader.update(
                tar.span.bytes,
                onEntry: { files.append(BuiltFile(entry: $0)) },
                onContent: { content in
                    for index in 0..<content.byteCount { files[files.count - 1].bytes.append(content[index]) }
                })
            let isWhole = reader.finish()
            #expect(isWhole)
        }
        return files
    }
}

extension RawSpan {
    fileprivate subscript(index: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) }
}
