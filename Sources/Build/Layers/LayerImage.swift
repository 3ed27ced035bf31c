internal import Chunking
internal import Erofs
internal import SystemPackage

/// Makes an image of a layer out of the rows and bytes of its tar: what is mounted of it is what ``LayerUnpacker`` makes, in
/// the form overlayfs wants. Tars that it cannot be sure about it leaves to that.
struct LayerImage: ~Copyable {
    /// Why a layer has to be unpacked.
    struct Unsuitable: Error {
        let reason: String
    }

    /// More rows would take too much memory while their tree is put together.
    private static let rowsMaximum = 400_000

    private let file: OpenFile
    private var writer: ErofsWriter
    private var tree: ErofsTree
    private var rowCount = 0
    /// What directories get that no row tells of. Seconds since 1970.
    private let now: Int64
    /// The directory that was looked up last.
    private var here: (path: LayerPath, number: Int)? = (.root, ErofsTree.root)
    /// The regular file whose bytes arrive.
    private var entry: Entry?
    private var left: UInt64 = 0
    /// Whether the tar said anything of the root directory.
    private(set) var hasRoot = false
    private var parts = LayerChunks.Parts()

    /// - Parameter file: a new file, which becomes the image of `layer`.
    init(of layer: Digest, in file: OpenFile, now: Int64) {
        self.file = file
        self.now = now
        writer = ErofsWriter(identity: layer)
        tree = ErofsTree(root: ErofsAttributes(mode: 0o755, mtimeSeconds: now))
    }

    /// Takes the next row.
    /// - Throws: ``Unsuitable``, `io`.
    mutating func begin(_ row: Entry) throws {
        rowCount += 1
        guard rowCount <= Self.rowsMaximum else { throw Unsuitable(reason: "it has too many files") }
        left = row.size
        try take(row)
        // Its bytes go nowhere.
        if row.kind == .file, entry == nil, left > 0 { parts.skip(byteCount: left) }
    }

    private mutating func take(_ row: Entry) throws {
        guard let parent = row.path.parent else { return try setRoot(row) }
        let name = Array(row.path.name)
        if name == Whiteout.opaqueMarker { return setOpaque(try directory(at: parent)) }
        if name.starts(with: Whiteout.reservedPrefix) || row.path.bytes.starts(with: Whiteout.reservedPrefix) { return }
        if name.starts(with: Whiteout.prefix) {
            return try hide(Array(name.dropFirst(Whiteout.prefix.count)), in: try directory(at: parent))
        }
        try Self.check(name)
        try place(row, name, in: try directory(at: parent))
    }

    /// Takes the next bytes of the file whose row came last.
    /// - Throws: `io`.
    mutating func write(_ bytes: RawSpan) throws {
        guard let entry else { return }
        left -= min(left, UInt64(bytes.byteCount))
        let file = file
        try writer.write(bytes) { try file.write($0, at: $1) }
        if left == 0 { try endFile(entry) }
    }

    /// Ends the image.
    /// - Returns: whether the tar said anything of the root directory, and where the bytes of its files are.
    /// - Throws: `io`.
    consuming func finish() throws -> (hasRoot: Bool, parts: [LayerChunks.Part]) {
        let (file, tree, made) = (file, tree, (hasRoot, parts.all))
        let size = try writer.finish(tree) { try file.write($0, at: $1) }
        try file.resize(to: size)
        return made
    }

    // MARK: Rows

    private mutating func setRoot(_ row: Entry) throws {
        hasRoot = true
        try setAttributes(of: ErofsTree.root, row)
    }

    private mutating func place(_ row: Entry, _ name: [UInt8], in directory: Int) throws {
        switch row.kind {
        case .file:
            // Its name is given to it when it is complete, but what had the name is gone now.
            replace(name, in: directory)
            writer.beginFile(try Self.attributes(of: row), size: row.size)
            entry = row
            if row.size == 0 { try endFile(row) }
        case .directory:
            try setAttributes(of: try makeDirectory(name, in: directory), row)
        case .symlink:
            let text = row.linkTarget
            guard (1...ErofsLimits.linkBytesMaximum).contains(text.count), !text.contains(0) else {
                throw Unsuitable(reason: "it has a link with an odd text")
            }
            var attributes = try Self.attributes(of: row)
            attributes.mode = 0o777
            add(.symlink(text), attributes, name, in: directory)
        case .hardlink: try link(row, name, in: directory)
        case .characterDevice, .blockDevice:
            let (major, minor) = (row.deviceMajor, row.deviceMinor)
            guard major <= ErofsLimits.deviceMaximum.major, minor <= ErofsLimits.deviceMaximum.minor else {
                throw Unsuitable(reason: "it has a device with an odd number")
            }
            let content: ErofsTree.Content =
                row.kind == .blockDevice
                ? .blockDevice(major: major, minor: minor) : .characterDevice(major: major, minor: minor)
            add(content, try Self.attributes(of: row), name, in: directory)
        case .fifo: add(.fifo, try Self.attributes(of: row), name, in: directory)
        }
    }

    private mutating func endFile(_ row: Entry) throws {
        entry = nil
        let file = file
        let made = try writer.endFile { try file.write($0, at: $1) }
        parts.add(byteCount: made.blockByteCount, at: made.start)
        parts.add(byteCount: row.size - made.blockByteCount, at: made.tailStart)
        let directory = try directory(at: row.path.parent ?? .root)
        add(.file(made), try Self.attributes(of: row), Array(row.path.name), in: directory)
    }

    private mutating func link(_ row: Entry, _ name: [UInt8], in directory: Int) throws {
        let target = LayerPath(row.linkTarget)
        guard let parent = target.parent, let holder = try existing(parent),
            let number = tree.child(Array(target.name), of: holder), !tree[number].isDirectory
        else { throw Unsuitable(reason: "it has a hard link to what is not in it, or to a directory") }
        let present = tree.child(name, of: directory)
        if present == number { return }
        if let present, tree[present].isDirectory { throw Unsuitable(reason: "it has a hard link over a directory") }
        tree.link(number, as: name, in: directory)
    }

    /// A whiteout hides only what other layers have: beside a directory of its own layer it becomes its opaque mark.
    private mutating func hide(_ name: [UInt8], in directory: Int) throws {
        try Self.check(name)
        guard let present = tree.child(name, of: directory) else {
            return add(
                .characterDevice(major: 0, minor: 0), ErofsAttributes(mode: 0, mtimeSeconds: now), name, in: directory)
        }
        if tree[present].isDirectory { setOpaque(present) }
    }

    // MARK: The tree

    private mutating func add(
        _ content: ErofsTree.Content, _ attributes: ErofsAttributes, _ name: [UInt8], in directory: Int
    ) {
        replace(name, in: directory)
        _ = tree.add(content, attributes, as: name, in: directory)
    }

    /// Has the name free for something else.
    private mutating func replace(_ name: [UInt8], in directory: Int) {
        guard let present = tree.child(name, of: directory) else { return }
        // The path may have led through what is gone.
        if tree[present].isDirectory { here = nil }
        tree.remove(name, in: directory)
    }

    private mutating func makeDirectory(_ name: [UInt8], in directory: Int) throws -> Int {
        var isOpaque = false
        if let present = tree.child(name, of: directory) {
            if tree[present].isDirectory { return present }
            isOpaque = tree[present].isWhiteout
        }
        replace(name, in: directory)
        let made = tree.add(
            .directory, ErofsAttributes(mode: 0o755, mtimeSeconds: now), as: name, in: directory)
        if isOpaque { setOpaque(made) }
        return made
    }

    /// The directory at `path`; what is missing on the way is made, and what is no directory replaced by one.
    private mutating func directory(at path: LayerPath) throws -> Int {
        if let here, here.path == path { return here.number }
        var number = ErofsTree.root
        for component in path.components {
            let name = Array(component)
            if let child = tree.child(name, of: number), case .symlink(_) = tree[child].content {
                throw Unsuitable(reason: "it has files behind a link")
            }
            try Self.check(name)
            number = try makeDirectory(name, in: number)
        }
        here = (path, number)
        return number
    }

    /// The directory at `path`, if there is one.
    private func existing(_ path: LayerPath) throws -> Int? {
        var number = ErofsTree.root
        for component in path.components {
            guard let child = tree.child(Array(component), of: number), tree[child].isDirectory else { return nil }
            number = child
        }
        return number
    }

    /// Names that no file can have, and `.wh.` with nothing that could be hidden.
    private static func check(_ name: [UInt8]) throws {
        let points = [[UInt8(ascii: ".")], Array("..".utf8)]
        guard (1...ErofsLimits.nameBytesMaximum).contains(name.count), !name.contains(0), !points.contains(name) else {
            throw Unsuitable(reason: "it has a name that cannot be")
        }
    }

    // MARK: Attributes

    private mutating func setOpaque(_ number: Int) {
        let attribute = Entry.ExtendedAttribute(
            name: Array(Whiteout.opaqueAttribute.utf8), value: Whiteout.opaqueValue)
        tree[number].attributes.set([attribute])
    }

    /// Gives a directory the attributes of its row; those that it has besides, it keeps.
    private mutating func setAttributes(of number: Int, _ row: Entry) throws {
        var attributes = try Self.attributes(of: row)
        let own = attributes.xattrs
        attributes.xattrs = tree[number].attributes.xattrs
        attributes.set(own)
        guard ErofsLimits.hold(attributes) else { throw Unsuitable(reason: "it has large attributes") }
        tree[number].attributes = attributes
    }

    /// What a file system would have after the row's attributes were set. Those that the kernel looks into when they are
    /// set it should look into.
    private static func attributes(of row: Entry) throws -> ErofsAttributes {
        var xattrs: [Entry.ExtendedAttribute] = []
        for attribute in row.xattrs where Whiteout.isUnpacked(attribute.name) {
            if attribute.name.starts(with: "user.".utf8) {
                // The kernel allows them on files and directories only.
                if row.kind == .file || row.kind == .directory { xattrs.append(attribute) }
            } else {
                guard row.kind == .file, attribute.isPlainCapability else {
                    throw Unsuitable(reason: "it has attributes that only the kernel can check")
                }
                xattrs.append(attribute)
            }
        }
        // To set that owner means to leave it.
        guard row.uid != .max, row.gid != .max else { throw Unsuitable(reason: "it has files of nobody") }
        let attributes = ErofsAttributes(
            mode: row.mode, uid: row.uid, gid: row.gid, mtimeSeconds: row.mtimeSeconds,
            mtimeNanoseconds: row.mtimeNanoseconds, xattrs: xattrs)
        guard ErofsLimits.hold(attributes) else { throw Unsuitable(reason: "it has large attributes") }
        return attributes
    }
}

extension ErofsTree.Node {
    /// Whether overlayfs takes it as the absence of what is below.
    fileprivate var isWhiteout: Bool {
        if case .characterDevice(major: 0, minor: 0) = content { true } else { false }
    }
}

extension ErofsAttributes {
    /// Sets extended attributes, as `setxattr` does one by one.
    fileprivate mutating func set(_ more: [Entry.ExtendedAttribute]) {
        for attribute in more {
            xattrs.removeAll { $0.name == attribute.name }
            xattrs.append(attribute)
        }
    }
}

extension Entry.ExtendedAttribute {
    /// Whether it is a file's capabilities in the form that the kernel keeps as it is (`VFS_CAP_REVISION_2`, 20 bytes).
    fileprivate var isPlainCapability: Bool {
        name.elementsEqual("security.capability".utf8) && value.count == 20 && value[3] == 2
    }
}
