import Compression

/// What packing came to.
struct PackTally {
    static let header =
        "layer_bytes,plain_frames,plain_raw,plain_bytes,delta_frames,delta_raw,delta_bytes,delta_payload,stored_bytes,"
        + "total_bytes,pack_mb_per_s"

    var layerBytes = 0
    var duration = Duration.zero
    private var plain = Form()
    private var delta = Form()
    private var stored = Form()

    private struct Form {
        var frames = 0
        var raw = 0
        var bytes = 0
        /// Without the names of chunks that frames list.
        var payload = 0
    }

    mutating func count(_ frame: Frame) {
        let form: WritableKeyPath<PackTally, Form>
        switch frame.codec {
        case .zstdDelta: form = \.delta
        case .stored: form = \.stored
        case .zstd, .lz4: form = \.plain
        }
        self[keyPath: form].frames += 1
        self[keyPath: form].raw += frame.rawByteCount
        self[keyPath: form].bytes += StoredSize.of(frame)
        self[keyPath: form].payload += frame.payload.count
    }

    var csv: String {
        let total = plain.bytes + delta.bytes + stored.bytes
        let rate = Double(plain.raw + delta.raw + stored.raw) / 1e6 / duration.seconds
        let fields = [
            layerBytes, plain.frames, plain.raw, plain.bytes, delta.frames, delta.raw, delta.bytes,
            delta.payload, stored.bytes, total,
        ]
        return fields.map(String.init).joined(separator: ",") + ",\(rate.rounded(to: 1))"
    }
}
