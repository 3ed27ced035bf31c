import FoundationEssentials

/// A Swift file of the package, cut into tokens.
struct SourceFile {
    /// Relative to the package's root.
    let path: String
    let lines: [Substring]
    let tokens: [Token]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        tokens = Token.tokens(of: SourceMask.mask(Array(text.utf8)))
    }

    /// The folder below `Sources` or `Tests` that it is in: the target's name.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// The file's name without its extension and without what follows a `+`.
    var subject: String {
        let name = path.split(separator: "/").last ?? ""
        return String(name.prefix { $0 != "+" && $0 != "." })
    }

    func violation(_ line: Int, _ message: String) -> Violation {
        Violation(path: path, line: line, message: message)
    }
}

/// The package's sources on this machine's disk.
struct SourceTree {
    let root: String

    /// The tree that this test was compiled in.
    static let package = SourceTree(
        root: #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/"))

    /// The Swift files below a top-level folder, in order of their paths.
    func swiftFiles(in folder: String) throws -> [SourceFile] {
        try paths(in: folder).filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let bytes = try Data(contentsOf: URL(filePath: "\(root)/\(path)"))
            return SourceFile(path: path, text: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// The names of the folders in a top-level folder, sorted.
    func folders(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").filter { name in
            var isDirectory = false
            let isThere = FileManager.default.fileExists(
                atPath: "\(root)/\(folder)/\(name)", isDirectory: &isDirectory)
            return isThere && isDirectory
        }.sorted()
    }

    private func paths(in folder: String) throws -> [String] {
        var found: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)") {
            let path = "\(folder)/\(name)"
            var isDirectory = false
            guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory) else { continue }
            if isDirectory {
                found += try paths(in: path)
            } else {
                found.append(path)
            }
        }
        return found
    }
}
