/// Which target may import what. A target that is not in the table, or that imports what its row does not name,
/// breaks a rule; a row names only targets of rows below it.
struct LayerRules {
    struct Row {
        let target: String
        /// Targets of this package.
        let targets: Set<String>
        /// Modules of other packages.
        let modules: Set<String>

        init(_ target: String, targets: Set<String> = [], modules: Set<String> = []) {
            self.target = target
            self.targets = targets
            self.modules = modules
        }
    }

    /// From top to bottom.
    let rows: [Row]
    /// What every target may import.
    let everywhere: Set<String>

    static let package = LayerRules(
        rows: [
            Row(
                "larderd",
                targets: [
                    "ChunkStore", "Networking", "Access", "CacheAPI", "OCI", "Spelling", "Chunking", "Compression",
                    "CLinux", "CCrypt",
                ],
                modules: [
                    "Hummingbird", "HummingbirdCore", "ServiceLifecycle", "UnixSignals", "Configuration",
                    "ArgumentParser", "Metrics", "JWTKit", "Subprocess",
                    "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTP2", "NIOHTTPTypes",
                    "NIOHTTPTypesHTTP2", "NIOSSL", "NIOTLS", "SwiftASN1", "X509", "HTTPTypes", "SystemPackage",
                ]),
            Row(
                "larder", targets: ["Build", "Networking", "CacheAPI", "Dockerfile", "OCI", "Chunking", "CLinux"],
                modules: ["ArgumentParser", "Configuration", "SystemPackage", "UnixSignals"]),
            Row(
                "Build",
                targets: [
                    "Networking", "Attestation", "Dockerfile", "OCI", "CacheAPI", "Erofs", "Spelling", "Chunking",
                    "Compression", "CLinux",
                ],
                modules: [
                    "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL", "Subprocess", "SystemPackage",
                ]),
            Row(
                "ChunkStore", targets: ["Chunking", "Compression", "CLMDB", "CXXHash", "CLinux"],
                modules: ["SystemPackage"]),
            Row(
                "Networking", targets: ["Spelling"],
                modules: ["AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOHTTP2", "NIOSSL", "SystemPackage"]),
            Row("Attestation", targets: ["OCI", "Chunking"]),
            Row("Access", targets: ["CacheAPI", "OCI", "Spelling", "Chunking"]),
            Row("CacheAPI", targets: ["Spelling", "Chunking"]),
            Row("Dockerfile", targets: ["Spelling", "Chunking"]),
            Row("OCI", targets: ["Spelling", "Chunking"]),
            Row("Compression", targets: ["Chunking", "CZstd", "CLZ4", "CZlib", "CArchive"]),
            Row("Erofs", targets: ["Chunking"]),
            Row("Chunking", modules: ["Crypto"]),
            Row("Spelling"),
            Row("CLinux"),
            Row("CCrypt"),
            Row("CLMDB"),
            Row("CZstd"),
            Row("CLZ4"),
            Row("CXXHash"),
            Row("CZlib"),
            Row("CArchive"),
        ],
        everywhere: ["Swift", "Synchronization", "FoundationEssentials", "Glibc", "Musl", "Logging"])

    /// Rows that name a target of their own row or of one above.
    func upwardRows() -> [String] {
        rows.indices.flatMap { index in
            let below = Set(rows[(index + 1)...].map(\.target))
            return rows[index].targets.subtracting(below).sorted().map { target in
                "\(rows[index].target) may import \(target), which is not below it"
            }
        }
    }

    /// The imports of a file that its target's row does not allow.
    func violations(in file: SourceFile) -> [Violation] {
        guard let row = rows.first(where: { $0.target == file.target }) else {
            return [file.violation(1, "target \(file.target) has no row in LayerRules: say what it may import")]
        }
        let allowed = row.targets.union(row.modules).union(everywhere)
        return file.imports.filter { !allowed.contains($0.text) }.map { module in
            file.violation(module.line, "\(row.target) may not import \(module.text)")
        }
    }
}

extension SourceFile {
    /// The modules that are imported, each where its name stands.
    var imports: [Token] {
        let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        return tokens.indices.dropLast().filter { tokens[$0].text == "import" }.compactMap { index in
            let name = kinds.contains(tokens[index + 1].text) ? index + 2 : index + 1
            return name < tokens.count ? tokens[name] : nil
        }
    }
}
