/// A tree of files while it is put together: names and attributes, and for regular files where the writer put them.
public struct ErofsTree: Sendable {
    /// What a file is.
    public enum Content: Sendable {
        case directory
        /// A regular file that ``ErofsWriter`` has written.
        case file(ErofsFile)
        case symlink([UInt8])
        case characterDevice(major: UInt32, minor: UInt32)
        case blockDevice(major: UInt32, minor: UInt32)
        case fifo
    }

    /// A file, whatever names it has.
    public struct Node: Sendable {
        /// What it is.
        public var content: Content
        /// Of a regular file the writer has its own.
        public var attributes: ErofsAttributes
        var children: [[UInt8]: Int] = [:]

        /// Whether it is a directory.
        public var isDirectory: Bool {
            if case .directory = content { true } else { false }
        }
    }

    /// The root directory's number.
    public static let root = 0

    private(set) var nodes: [Node]

    /// Begins with an empty root directory.
    public init(root attributes: ErofsAttributes) {
        nodes = [Node(content: .directory, attributes: attributes)]
    }

    /// A file by its number.
    public subscript(number: Int) -> Node {
        get { nodes[number] }
        set { nodes[number] = newValue }
    }

    /// How many files were ever added.
    public var count: Int { nodes.count }

    /// The number of what has a name in a directory.
    public func child(_ name: [UInt8], of directory: Int) -> Int? { nodes[directory].children[name] }

    /// Adds a file; what had its name is no longer there. The name has 1 to 255 bytes without `/` and NUL and is neither
    /// `.` nor `..`.
    /// - Returns: the file's number.
    public mutating func add(
        _ content: Content, _ attributes: ErofsAttributes, as name: [UInt8], in directory: Int
    ) -> Int {
        nodes.append(Node(content: content, attributes: attributes))
        nodes[directory].children[name] = nodes.count - 1
        return nodes.count - 1
    }

    /// Takes a name, and all that is below it, out of the tree.
    public mutating func remove(_ name: [UInt8], in directory: Int) {
        nodes[directory].children[name] = nil
    }

    /// Gives a file that is no directory another name; what had that name is no longer there.
    public mutating func link(_ number: Int, as name: [UInt8], in directory: Int) {
        nodes[directory].children[name] = number
    }
}
