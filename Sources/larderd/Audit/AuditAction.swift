import CacheAPI
import HTTPTypes

/// What somebody did or wanted to do, as the audit log calls it.
enum AuditAction: String, Sendable, CaseIterable {
    case logIn = "log-in"
    case pushManifest = "manifest.push"
    case deleteManifest = "manifest.delete"
    case deleteTag = "tag.delete"
    case pushBlob = "blob.push"
    case deleteBlob = "blob.delete"
    case assembleImage = "image.assemble"
    case commitLayer = "layer.commit"
    case sendChunks = "chunks.send"
    case recordStep = "step.record"
    case promoteStep = "step.promote"
    case storeCacheMount = "cache-mount.store"
    case createToken = "token.create"
    case revokeToken = "token.revoke"
    case evict
    case releaseImage = "image.release"
    case refuseImage = "image.refuse"
    /// Anything that changes nothing; in the log only when it was refused.
    case read
    /// Lines that the disk did not take.
    case lost = "audit.lost"

    /// Whether it changes what is stored, or who may do what.
    var isChange: Bool { self != .read && self != .sendChunks }
}
