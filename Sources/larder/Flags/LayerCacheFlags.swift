import ArgumentParser
import Build
import Dockerfile
import SystemPackage

/// Which layers this runner keeps, and how.
struct LayerCacheFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            How much of the layers it has fetched or made this runner keeps, as in 20g; what was not used for longest \
            goes first; default: 10g. LARDER_LAYER_CACHE_SIZE.
            """, valueName: "SIZE"))
    var layerCacheSize: String?
    @Option(
        help: ArgumentHelp(
            """
            How layers that RUN needs are brought here: mount, where the kernel can mount EROFS images, or unpack; \
            default: \(LayerCacheFlags.defaultForm). LARDER_LAYER_FORM.
            """, valueName: "FORM"))
    var layerForm: String?

    private static let defaultForm = BuildRequest(context: "", stateDirectory: "").mountsLayers ? "mount" : "unpack"

    /// Puts what was given into a request.
    /// - Throws: `ValidationError`.
    func set(_ request: inout BuildRequest, in surroundings: Surroundings) throws {
        if let text = layerCacheSize ?? surroundings.value("LARDER_LAYER_CACHE_SIZE") {
            request.layerBytesMaximum = try Self.size(text, flag: "--layer-cache-size")
        }
        switch layerForm ?? surroundings.value("LARDER_LAYER_FORM") {
        case nil: break
        case "mount": request.mountsLayers = true
        case "unpack": request.mountsLayers = false
        case let text?: throw ValidationError("--layer-form: '\(text)' is not a form; use mount or unpack")
        }
    }

    /// A number of bytes.
    /// - Throws: `ValidationError`.
    static func size(_ text: String, flag: String) throws -> UInt64 {
        guard let size = MemorySize.bytes(text), size >= 0 else {
            throw ValidationError("\(flag): '\(text)' is not a size; write it like 500m or 20g, or 0 for nothing")
        }
        return UInt64(size)
    }
}
