internal import Chunking
internal import Dockerfile

/// The paths that a COPY from a stage or an image names.
enum CopyPaths {
    /// Whether a path of the instruction has a wildcard.
    static func hasWildcard(_ path: String) -> Bool {
        (try? PathPattern(path, file: "", line: 0, text: path))?.hasWildcard ?? false
    }

    /// What the step key is made of: the paths themselves, and for one with a wildcard the directory above it, which
    /// holds all that can match. So a change beside the matches makes a miss, never a wrong hit.
    static func keyed(_ paths: [String]) -> [String] {
        paths.map { path in
            var fixed: [String] = []
            for component in LayerPath(path).components.map({ String(decoding: $0, as: UTF8.self) }) {
                if hasWildcard(component) { break }
                fixed.append(String(decoding: PathPattern.literal(Array(component.utf8)[...]), as: UTF8.self))
            }
            return "/" + fixed.joined(separator: "/")
        }
    }

    /// Whether what is at `match`, which `pattern` named, is all below the directory that the step's key covers. A link
    /// that leads out of it reads what the key does not know of.
    static func isCovered(_ match: LayerPath, by pattern: String, in view: ChainView) -> Bool {
        guard hasWildcard(pattern) else { return true }
        guard let fixed = keyed([pattern]).first, let directory = view.resolved(LayerPath(fixed)) else { return false }
        let below = match.bytes.dropFirst(LayerPath(fixed).bytes.count).drop { $0 == UInt8(ascii: "/") }
        var path = directory.joining(below)
        for _ in 0..<40 {
            guard path.isWithin(directory), let parent = path.parent, view.resolved(parent) == parent,
                let node = view.node(at: path)
            else { return false }
            guard node.entry.kind == .symlink else { return true }
            let target = node.entry.linkTarget
            path = target.first == UInt8(ascii: "/") ? LayerPath(target) : parent.joining(target)
        }
        return false
    }

    /// The paths in `view` that `pattern` names, sorted; the path itself when it has no wildcard.
    /// - Throws: `syntax`.
    static func matches(of pattern: String, in view: ChainView) throws(DockerfileError) -> [LayerPath] {
        var found = [LayerPath.root]
        var isBehindWildcard = false
        for component in LayerPath(pattern).components {
            let wildcard = try PathPattern(
                String(decoding: component, as: UTF8.self), file: "", line: 0, text: pattern)
            guard wildcard.hasWildcard else {
                let name = PathPattern.literal(component)
                found = found.map { $0.bytes.isEmpty ? LayerPath(name) : $0.appending(name) }
                // What a wildcard found may not have it; what is named outright must be there.
                if isBehindWildcard {
                    found = found.filter { path in view.resolved(path).flatMap { view.node(at: $0) } != nil }
                }
                continue
            }
            isBehindWildcard = true
            found = found.flatMap { directory in
                view.children(of: directory).map { $0.entry.path.name }
                    .filter { wildcard.matches(String(decoding: $0, as: UTF8.self)) }
                    .map { directory.bytes.isEmpty ? LayerPath($0) : directory.appending($0) }
            }
        }
        return found.sorted()
    }
}
