/// What the kernel says is mounted (`/proc/self/mounts`, proc(5)).
public enum MountTable {
    /// Where something is mounted below `directory`, the innermost first; also as programs in a root filesystem of their own have
    /// mounted it, which see the directory at the same path in there.
    public static func points(in table: String, below directory: String) -> [String] {
        table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            return fields.count > 1 && fields[1].contains("\(directory)/") ? String(fields[1]) : nil
        }.reversed()
    }
}
