import Chunking
import SystemPackage

@testable import Build

/// What a tree of files is like, for comparison: one line for each name, with all but the time for names in `timeless`.
enum TreeLines {
    static func of(_ root: FilePath, timeless: Set<LayerPath> = []) throws -> [String] {
        var lines: [String] = []
        var firstNames: [UInt: LayerPath] = [:]
        try TreeWalk.run(
            try OpenDirectory(root), wrapping: { error, path in BuildError(.io, "\(path): \(error)") as any Error },
            onEntry: { place, parent in
                let status = place.status
                if status.isWhiteout {
                    // Nobody sees what else it is like.
                    lines.append("\(place.path) whiteout")
                    return false
                }
                var line = "\(place.path) \(status.kind.map { "\($0)" } ?? "socket")"
                line += " \(String(status.mode, radix: 8)) \(status.uid):\(status.gid)"
                if !timeless.contains(place.path) {
                    line += " \(status.mtimeSeconds).\(status.mtimeNanoseconds)"
                }
                switch status.kind {
                case .directory: break
                case .symlink: line += " -> \(String(decoding: try parent.linkText(place.name), as: UTF8.self))"
                case .characterDevice, .blockDevice: line += " \(status.deviceMajor),\(status.deviceMinor)"
                case .file:
                    let bytes = try SmallFile.read(.joining(root, place.path))
                    line += " \(status.size) \(Digest(hashing: bytes).short)"
                default: break
                }
                if status.kind != .directory {
                    line += " x\(status.linkCount)"
                    if status.linkCount > 1 {
                        line += " of \(firstNames[status.inode] ?? place.path)"
                        firstNames[status.inode] = firstNames[status.inode] ?? place.path
                    }
                }
                for attribute in try parent.attributes(of: place.name, where: { _ in true }) {
                    line +=
                        " \(String(decoding: attribute.name, as: UTF8.self))=\(Digest(hashing: attribute.value).short)"
                }
                lines.append(line)
                return true
            }, onLeave: { _, _ in })
        return lines
    }
}
