/// A name in a directory, a path, or the name of an attribute, as system calls want it.
struct FileName {
    /// The bytes and a NUL.
    let terminated: [CChar]

    init(_ bytes: some Collection<UInt8>) {
        var terminated: [CChar] = []
        terminated.reserveCapacity(bytes.count + 1)
        for byte in bytes { terminated.append(CChar(bitPattern: byte)) }
        terminated.append(0)
        self.terminated = terminated
    }

    init(_ text: String) {
        self.init(Array(text.utf8))
    }
}
