/// Every metric of the server, with what is told of it. What is not here is in no answer, whatever is recorded.
enum Metric: String, CaseIterable, Sendable {
    case requestSeconds = "larderd_request_seconds"
    case requests = "larderd_requests"
    case connections = "larderd_connections"
    case uploads = "larderd_uploads"
    case bytes = "larderd_bytes_total"
    case errors = "larderd_errors_total"
    case lookupSteps = "larderd_lookup_steps_total"
    case steps = "larderd_steps_total"
    case builds = "larderd_builds_total"
    case savedSeconds = "larderd_saved_seconds_total"
    case runSeconds = "larderd_run_seconds_total"
    case claims = "larderd_claims"
    case queueDepth = "larderd_queue_depth"
    case storeThreads = "larderd_store_threads"
    case leases = "larderd_leases"
    case storeWritable = "larderd_store_writable"
    case storeBytes = "larderd_store_bytes"
    case storeRatio = "larderd_store_ratio"
    case storeItems = "larderd_store_items"
    case diskFree = "larderd_disk_free_bytes"
    case diskReserve = "larderd_disk_reserve_bytes"
    case projectBytes = "larderd_project_bytes"
    case projectItems = "larderd_project_items"
    case maintenanceSeconds = "larderd_maintenance_seconds"
    case upkeepTime = "larderd_upkeep_timestamp_seconds"
    case evictedRecords = "larderd_evicted_records_total"
    case removed = "larderd_removed_total"
    case freedBytes = "larderd_freed_bytes_total"
    case movedBytes = "larderd_moved_bytes_total"
    case packedBytes = "larderd_packed_bytes_total"
    case scrubbedBytes = "larderd_scrubbed_bytes_total"
    case damagedRecords = "larderd_damaged_records_total"
    case webhookQueue = "larderd_webhook_queue"
    case webhookOldest = "larderd_webhook_oldest_seconds"
    case webhookGivenUp = "larderd_webhook_given_up"
    case webhookDeliveries = "larderd_webhook_deliveries_total"
    case scans = "larderd_scans_total"
    case quarantine = "larderd_quarantine"
    case buildInfo = "larderd_build_info"
    case processSeconds = "process_cpu_seconds_total"
    case processMemory = "process_resident_memory_bytes"
    case processDescriptors = "process_open_fds"
    case processDescriptorsMaximum = "process_max_fds"
    case processStart = "process_start_time_seconds"

    /// What its values mean.
    enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    var kind: Kind {
        switch self {
        case .requestSeconds, .maintenanceSeconds: .histogram
        case _ where rawValue.hasSuffix("_total"): .counter
        default: .gauge
        }
    }

    /// What it is, for people.
    var help: String {
        switch self {
        case .requestSeconds:
            "Time from the head of a request to the last byte of its answer, by route and class of status."
        case .requests: "Requests under way."
        case .connections: "Open connections."
        case .uploads: "Open uploads to the registry."
        case .bytes: "Bytes in and out: of bodies on the wire, and of chunk files in the store."
        case .errors: "Failures that are the server's or its disk's."
        case .lookupSteps: "Steps that builds asked about, by answer; a build may ask about a step more than once."
        case .steps: "Steps of builds that have ended, by outcome and by reason of the miss."
        case .builds: "Builds that have ended and reported it, by result."
        case .savedSeconds: "How long the steps that were hits took when they were made."
        case .runSeconds: "How long the steps that were misses took."
        case .claims: "Steps that builds are making right now."
        case .queueDepth: "What waits for its turn, by queue."
        case .storeThreads: "Threads for the store's blocking calls, by state."
        case .leases: "What leases hold though nothing refers to it, and uploads that hold what they bring."
        case .storeWritable: "1 while the store takes writes, 0 after a disk error."
        case .storeBytes: "Size of what is stored: logical, unique, stored, index, live."
        case .storeRatio: "How many times less is kept by each way of saving space; 1 for nothing."
        case .storeItems: "How many chunks, layers, steps, frames, deltas and chunk files there are."
        case .diskFree: "Free on the disk of the root."
        case .diskReserve: "What uploads leave free of it."
        case .projectBytes: "Size of what a project has: logical, unique, held, loose."
        case .projectItems: "How many layers and steps a project has."
        case .maintenanceSeconds: "How long rounds of maintenance took, by result."
        case .upkeepTime: "When each kind of background work was last done, since 1970."
        case .evictedRecords: "Records that were evicted: steps, images without a tag, tags that went by rule."
        case .removed: "Blobs, chunks and chunk files that were removed since nothing needed them."
        case .freedBytes: "By how much chunk files became shorter."
        case .movedBytes: "Copied out of chunk files before they were removed."
        case .packedBytes: "What packing wrote, before (raw) and after (packed) compression."
        case .scrubbedBytes: "Verified in the background."
        case .damagedRecords: "Damaged places that verification found."
        case .webhookQueue: "Events that a webhook is still to be told of."
        case .webhookOldest: "How long ago the oldest of them happened; 0 for none."
        case .webhookGivenUp: "Events that a webhook is not told of any more, and that can be sent again."
        case .webhookDeliveries:
            "Attempts to tell a webhook of an event that were delivered or failed, and events that were given up or dropped."
        case .scans: "Images that the scan gate had judged, and attempts that failed, by result."
        case .quarantine: "Images whose tags are not set, by state: pending, failing, refused."
        case .buildInfo: "1, with the version of the server."
        case .processSeconds: "Processor time of the server."
        case .processMemory: "Resident memory of the server."
        case .processDescriptors: "Open file descriptors of the server."
        case .processDescriptorsMaximum: "How many file descriptors the server may have."
        case .processStart: "When the server started, since 1970."
        }
    }

    /// The upper bounds of a histogram's buckets, without the last, which has none. Seconds.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600]
}
