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

    /// The paths in `view` that `pattern` names, sorted; the path itself when it has no wildcard.
    /// - Throws: `syntax`.
    static func matches(of pattern: String, in view: ChainView) throws(DockerfileError) -> [LayerPath] {
        var found = [LayerPath.root]
        for component in LayerPath(pattern).components {
            let wildcard = try PathPattern(
                String(decoding: component, as: UTF8.self), file: "", line: 0, text: pattern)
            guard wildcard.hasWildcard else {
                let name = PathPattern.literal(component)
                found = found.map { $0.bytes.isEmpty ? LayerPath(name) : $0.appending(name) }
                continue
            }
            found = found.flatMap { directory in
                view.children(of: directory).map { $0.entry.path.name }
                    .filter { wildcard.matches(String(decoding: $0, as: UTF8.self)) }
                    .map { directory.bytes.isEmpty ? LayerPath($0) : directory.appending($0) }
            }
        }
        return found.sorted()
    }
}
