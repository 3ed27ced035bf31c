/// Lexical paths, as Go's `path.Clean` has them.
enum CleanPath {
    /// Compared as a byte: a combining mark behind a slash joins it to another `Character`.
    static func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }

    /// The shortest path that names the same, `.` for nothing.
    static func cleaned(_ path: String) -> String {
        let isAbsolute = isAbsolute(path)
        let components = components(of: path, climbing: !isAbsolute).joined(separator: "/")
        if isAbsolute { return "/" + components }
        return components.isEmpty ? "." : components
    }

    /// `path` seen from `directory`, both cleaned; `directory` is absolute.
    static func absolute(_ path: String, from directory: String) -> String {
        cleaned(isAbsolute(path) ? path : "/\(directory)/\(path)")
    }

    /// The last component, as Go's `path.Base`.
    static func base(_ path: String) -> String {
        components(of: path, climbing: true).last ?? (isAbsolute(path) ? "/" : ".")
    }

    /// The components without `.` and empty ones; `..` takes one away, and at the front stays if `climbing` and is
    /// dropped otherwise.
    static func components(of path: String, climbing: Bool) -> [String] {
        var components: [String] = []
        for component in path.utf8.split(separator: UInt8(ascii: "/")).map({ String(Substring($0)) }) {
            switch component {
            case ".": continue
            case "..":
                if let last = components.last, last != ".." {
                    components.removeLast()
                } else if climbing {
                    components.append(component)
                }
            default: components.append(component)
            }
        }
        return components
    }
}
