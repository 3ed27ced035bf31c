/// How layers say that something of the layers below is gone: in a tar by names (OCI image specification, layer.md),
/// in a directory by overlayfs's devices and attributes.
enum Whiteout {
    /// Begins the name of the empty file that hides the file of the rest of the name.
    static let prefix = Array(".wh.".utf8)
    /// The name of the empty file that hides all that the layers below have in its directory.
    static let opaqueMarker = Array(".wh..wh..opq".utf8)
    /// Begins the names that aufs kept for itself.
    static let reservedPrefix = Array(".wh..wh.".utf8)
    /// The attribute by which overlayfs hides what the layers below have in a directory. In a user namespace nobody may set
    /// trusted attributes, and overlayfs is told to use others (`userxattr`).
    static let opaqueAttribute = UserNamespace.present.isInitial ? "trusted.overlay.opaque" : "user.overlay.opaque"
    /// Its value.
    static let opaqueValue = [UInt8(ascii: "y")]

    /// What hides `name`.
    static func name(for name: [UInt8]) -> [UInt8] { prefix + name }

    /// Whether a layer keeps an attribute that a file has. Others belong to the machine, or to overlayfs.
    static func isKept(_ attribute: [UInt8]) -> Bool {
        attribute.elementsEqual("security.capability".utf8)
            || attribute.starts(with: "user.".utf8) && !attribute.starts(with: ownPrefix)
    }

    /// Whether an attribute in a tar is set when it is unpacked. Those of overlayfs would make it show other files.
    static func isUnpacked(_ attribute: [UInt8]) -> Bool {
        !attribute.starts(with: "trusted.".utf8) && !attribute.starts(with: ownPrefix)
    }

    /// Begins the names of the attributes that overlayfs uses in user namespaces.
    private static let ownPrefix = Array("user.overlay.".utf8)
}
