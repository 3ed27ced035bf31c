internal import Chunking
internal import Dockerfile
internal import SystemPackage

/// The build context without what `.dockerignore` leaves out. Directories are read when first asked for. Blocks.
struct ContextTree {
    private static let linksMaximum = 40

    let root: FilePath
    let rules: IgnoreRules
    /// Whether modes are those that Git stores (``ContextEntry/normalizeMode()``).
    let normalizesModes: Bool
    private var listings: [LayerPath: [ContextEntry]] = [:]

    init(root: FilePath, rules: IgnoreRules, normalizesModes: Bool = false) {
        self.root = root
        self.rules = rules
        self.normalizesModes = normalizesModes
    }

    /// What is in a directory, sorted by name.
    /// - Throws: `io`.
    mutating func list(_ directory: LayerPath) throws(BuildError) -> [ContextEntry] {
        if let listing = listings[directory] { return listing }
        let names = try ExtendedFile.names(in: file(directory)).sorted { $0.lexicographicallyPrecedes($1) }
        var listing: [ContextEntry] = []
        for name in names {
            let path = directory.bytes.isEmpty ? LayerPath(name) : directory.appending(name)
            let text = String(decoding: path.bytes, as: UTF8.self)
            let isIgnored = rules.ignores(text)
            if isIgnored, !rules.mayKeepBelow(text) { continue }
            var entry = try look(at: path)
            if isIgnored, entry.entry.kind != .directory { continue }
            entry.isIgnored = isIgnored
            listing.append(entry)
        }
        listings[directory] = listing
        return listing
    }

    /// What is at `path`, whose directories are no links; `nil` when nothing is.
    mutating func entry(at path: LayerPath) throws(BuildError) -> ContextEntry? {
        guard let parent = path.parent else { return try look(at: .root) }
        guard let entry = try list(parent).first(where: { $0.entry.path == path }) else { return nil }
        guard entry.isIgnored else { return entry }
        return try subtree(at: entry).isEmpty ? nil : entry
    }

    /// `top` and everything below it, parents before children, siblings sorted by name.
    mutating func subtree(at top: ContextEntry) throws(BuildError) -> [ContextEntry] {
        guard top.entry.kind == .directory else { return [top] }
        var below: [ContextEntry] = []
        for child in try list(top.entry.path) { below += try subtree(at: child) }
        return top.isIgnored && below.isEmpty ? [] : [top] + below
    }

    /// Follows the links on the way to `path` and in its last component, as in a root filesystem of its own; `nil`
    /// when nothing is there or a link loops.
    mutating func resolve(_ path: LayerPath) throws(BuildError) -> ContextEntry? {
        var ahead = Array(path.components.map { Array($0) }.reversed())
        var here = LayerPath.root
        var links = 0
        while let name = ahead.popLast() {
            if name == [UInt8(ascii: ".")] { continue }
            if name == [UInt8(ascii: "."), UInt8(ascii: ".")] {
                here = here.parent ?? .root
                continue
            }
            let next = here.bytes.isEmpty ? LayerPath(name) : here.appending(name)
            guard let entry = try entry(at: next) else { return nil }
            guard entry.entry.kind == .symlink else {
                guard entry.entry.kind == .directory || ahead.isEmpty else { return nil }
                here = next
                continue
            }
            links += 1
            guard links <= Self.linksMaximum else { return nil }
            let target = entry.entry.linkTarget
            if target.first == UInt8(ascii: "/") { here = .root }
            ahead += target.split(separator: UInt8(ascii: "/")).map { Array($0) }.reversed()
        }
        return try entry(at: here)
    }

    /// The first symbolic link on the way to `path`, itself included; `nil` when there is none.
    /// - Throws: `io`.
    mutating func firstLink(on path: LayerPath) throws(BuildError) -> ContextEntry? {
        var here = LayerPath.root
        for name in path.components {
            here = here.bytes.isEmpty ? LayerPath(Array(name)) : here.appending(Array(name))
            guard let entry = try entry(at: here) else { return nil }
            if entry.entry.kind == .symlink { return entry }
        }
        return nil
    }

    /// The paths that `pattern` of a COPY names, sorted; the path itself when it has no wildcard.
    /// - Throws: `io`; `invalidInput` for a pattern that cannot be read.
    mutating func paths(matching pattern: String) throws(BuildError) -> [LayerPath] {
        var found = [LayerPath.root]
        var isBehindWildcard = false
        for component in LayerPath(pattern).components {
            let text = String(decoding: component, as: UTF8.self)
            let wildcard: PathPattern
            do {
                wildcard = try PathPattern(text, file: "", line: 0, text: pattern)
            } catch {
                throw BuildError(.invalidInput, error.message, cause: error)
            }
            guard wildcard.hasWildcard else {
                let name = PathPattern.literal(component)
                found = found.map { $0.bytes.isEmpty ? LayerPath(name) : $0.appending(name) }
                // What a wildcard found may not have it; what is named outright must be there.
                if isBehindWildcard { found = try existing(found) }
                continue
            }
            isBehindWildcard = true
            var deeper: [LayerPath] = []
            for directory in found {
                guard let resolved = try resolve(directory), resolved.entry.kind == .directory else { continue }
                for child in try list(resolved.entry.path) {
                    let name = child.entry.path.name
                    guard wildcard.matches(String(decoding: name, as: UTF8.self)) else { continue }
                    if child.isIgnored, try subtree(at: child).isEmpty { continue }
                    deeper.append(directory.bytes.isEmpty ? LayerPath(name) : directory.appending(name))
                }
            }
            found = deeper
        }
        return found.sorted()
    }

    private mutating func existing(_ paths: [LayerPath]) throws(BuildError) -> [LayerPath] {
        var found: [LayerPath] = []
        for path in paths where try resolve(path) != nil { found.append(path) }
        return found
    }

    private func look(at path: LayerPath) throws(BuildError) -> ContextEntry {
        var entry = try ContextEntry(path, at: file(path))
        if normalizesModes { entry.normalizeMode() }
        return entry
    }

    private func file(_ path: LayerPath) -> FilePath {
        FilePath.joining(root, path)
    }
}

extension FilePath {
    /// The file at `path` below `directory`, byte for byte.
    static func joining(_ directory: FilePath, _ path: LayerPath) -> FilePath {
        if path.bytes.isEmpty { return directory }
        let bytes = unsafe directory.withPlatformString { start in
            unsafe Array(UnsafeBufferPointer(start: start, count: directory.length))
        }
        let joined = bytes + [CChar(bitPattern: UInt8(ascii: "/"))] + path.bytes.map { CChar(bitPattern: $0) } + [0]
        return FilePath(platformString: joined)
    }
}

extension PathPattern {
    /// The pattern that `path` alone matches.
    static func escaped(_ path: String) -> String {
        var pattern = String.UnicodeScalarView()
        for scalar in path.unicodeScalars {
            if "*?[\\".unicodeScalars.contains(scalar) { pattern.append("\\") }
            pattern.append(scalar)
        }
        return String(pattern)
    }

    /// A component without wildcards as the name it stands for: a backslash takes the next character literally.
    static func literal(_ component: ArraySlice<UInt8>) -> [UInt8] {
        var name: [UInt8] = []
        var isEscaped = false
        for byte in component {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
                continue
            }
            name.append(byte)
            isEscaped = false
        }
        return name
    }
}
