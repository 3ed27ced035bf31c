import Chunking
import SystemPackage

/// A layer of the corpus.
struct CorpusLayer: Sendable {
    /// Its name in the corpus.
    let name: String
    /// The repository whose history it is a part of.
    let repository: String
    /// The digest of its tar.
    let digest: Digest
    /// Its tar.
    let path: FilePath

    /// The layers that the manifest of `corpus` lists, in its order.
    /// - Parameter repositories: names with commas between them; `nil` for all.
    static func all(in corpus: FilePath, of repositories: String? = nil) throws -> [CorpusLayer] {
        let manifest = try MappedFile(corpus.appending("manifest.tsv"))
        let text = manifest.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        }
        let layers = try text.split(separator: "\n").map { line in
            let fields = line.split(separator: "\t")
            guard fields.count == 6, let digest = Digest(hex: fields[5]) else {
                throw BenchError("the corpus has an odd line in its manifest: \(line)")
            }
            return CorpusLayer(
                name: String(fields[0]), repository: String(fields[1]), digest: digest,
                path: corpus.appending("\(fields[0]).tar"))
        }
        guard let repositories else { return layers }
        let wanted = Set(repositories.split(separator: ",").map(String.init))
        return layers.filter { wanted.contains($0.repository) }
    }
}
