internal import Chunking
internal import SystemPackage

/// Reads the payload of a layer that is on this runner, the bytes of its files in the order of its tar: out of its image, which
/// need not be mounted, or out of the files of its tree. What is read may be anything: chunks are to be hashed.
struct LayerPayload: ~Copyable {
    /// Bytes of the payload that follow each other where they are, too.
    private struct Section {
        let start: UInt64
        let byteCount: UInt64
        /// The place in the image; in a tree the number of the row.
        let place: UInt64
    }

    private let sections: [Section]
    private let table: EntryTable
    private let tree: OpenDirectory?
    /// The image, or the file of the tree that was read last.
    private var file: OwnedDescriptor?
    private var openPlace: UInt64?

    private init(
        _ sections: [Section], _ table: EntryTable, tree: consuming OpenDirectory?, file: consuming OwnedDescriptor?
    ) {
        self.sections = sections
        self.table = table
        self.tree = tree
        self.file = file
    }

    /// Opens what a layer is kept as.
    /// - Throws: when the layer cannot be read.
    static func open(_ home: LayerHome, _ chunks: LayerChunks) throws -> LayerPayload {
        guard home.isImage else { return try open(tree: home) }
        var end: UInt64 = 0
        let sections = chunks.parts.map { part in
            defer { end &+= part.byteCount }
            return Section(start: end, byteCount: part.byteCount, place: part.place)
        }
        return LayerPayload(sections, EntryTable(), tree: nil, file: try OwnedDescriptor(reading: home.image))
    }

    private static func open(tree home: LayerHome) throws -> LayerPayload {
        let bytes = try SmallFile.read(home.entries)
        let table = try unsafe EntryTable(decoding: bytes.span.bytes)
        let sections: [Section] = table.entries.enumerated().compactMap { number, row in
            guard row.kind == .file, row.size > 0 else { return nil }
            return Section(start: row.payloadOffset, byteCount: row.size, place: UInt64(number))
        }
        return LayerPayload(sections, table, tree: try OpenDirectory(home.tree), file: nil)
    }

    /// Reads the next `count` bytes from `offset` on to the beginning of `buffer`, which has room for them. Blocks.
    /// - Returns: whether all of them are there.
    mutating func read(_ count: Int, at offset: UInt64, into buffer: inout [UInt8]) throws(Errno) -> Bool {
        var number = sections.firstIndexBisecting { offset < $0.start &+ $0.byteCount }
        var done = 0
        while done < count {
            guard number < sections.count else { return false }
            let section = sections[number]
            let position = offset + UInt64(done)
            guard position >= section.start else { return false }
            let inside = position - section.start
            let part = Int(min(UInt64(count - done), section.byteCount - inside))
            guard try read(done..<(done + part), of: section, inside, into: &buffer) else { return false }
            done += part
            number += 1
        }
        return true
    }

    private mutating func read(
        _ range: Range<Int>, of section: Section, _ inside: UInt64, into buffer: inout [UInt8]
    ) throws(Errno) -> Bool {
        var start = inside
        if tree == nil {
            guard section.place > 0 else { return false }
            start += section.place
        } else if openPlace != section.place {
            try open(section.place)
        }
        return try file?.read(into: &buffer, range, at: start) == range.count
    }

    private mutating func open(_ row: UInt64) throws(Errno) {
        let path = table.entries[Int(row)].path
        openPlace = nil
        file = try tree?.directory(inside: path.parent ?? .root).file(FileName(path.name))
        openPlace = row
    }

    /// Whether files of the tree may not be what their rows say although nothing is damaged: something that came later in the
    /// tar has replaced them, or they mean something else than a file.
    var mayLackFiles: Bool {
        var files: Set<LayerPath> = []
        for row in table.entries where row.kind != .directory {
            if !files.insert(row.path).inserted || row.size > 0 && row.path.name.starts(with: Whiteout.prefix) {
                return true
            }
        }
        return table.entries.contains { row in
            if row.kind == .directory, files.contains(row.path) { return true }
            var directory = row.path.parent
            while let path = directory, path != .root {
                if files.contains(path) { return true }
                directory = path.parent
            }
            return false
        }
    }
}
