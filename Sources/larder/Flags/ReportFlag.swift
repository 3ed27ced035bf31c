import ArgumentParser
import SystemPackage

/// `--report`: a file whose name says what it is, or `type=html|json|md,dest=FILE`.
struct ReportFlag: Hashable {
    /// What a report is written as.
    enum Form: String, CaseIterable {
        /// A page with a picture of the steps.
        case html
        case json
        /// A short text for a merge request, or for the summary of a job.
        case md
    }

    let form: Form
    let file: FilePath

    /// - Throws: `ValidationError`.
    static func read(_ text: String) throws -> ReportFlag {
        guard text.lowercased().hasPrefix("type=") || text.lowercased().hasPrefix("dest=") else {
            guard let form = Form(rawValue: FilePath(text).extension?.lowercased() ?? "") else {
                throw ValidationError(
                    "--report: '\(text)' does not say what it is to be; end it in .html, .json or .md, or say type=md,dest=FILE"
                )
            }
            return ReportFlag(form: form, file: FilePath(text))
        }
        var form: Form?
        var file: FilePath?
        for field in try FieldList(text, flag: "--report").fields {
            switch (field.name, field.value ?? "") {
            case ("type", let value):
                guard let known = Form(rawValue: value.lowercased()) else {
                    throw ValidationError("--report: the type in '\(text)' is not html, json or md")
                }
                form = known
            case ("dest", let value) where !value.isEmpty: file = FilePath(value)
            default:
                throw ValidationError("--report: '\(field.name)' in '\(text)' is not type=html|json|md or dest=FILE")
            }
        }
        guard let file, let form = form ?? Form(rawValue: file.extension?.lowercased() ?? "") else {
            throw ValidationError("--report: '\(text)' lacks \(file == nil ? "dest=FILE" : "type=html, json or md")")
        }
        return ReportFlag(form: form, file: file)
    }
}
