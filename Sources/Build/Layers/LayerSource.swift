/// Produces the bytes of a layer's tar, in order, by calling its argument with parts of any size; the bytes are
/// valid only inside the call. Blocks: run it on a thread of its own, never on the concurrency pool.
public typealias LayerSource = @Sendable (_ write: (RawSpan) throws -> Void) throws -> Void
