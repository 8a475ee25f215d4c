using Microsoft.OpenApi;
using RecLab.Experiments;

namespace RecLab.Doors;

/// <summary>Maps and describes what manages: items, placements, variants, trainings, experiments, and the registers. Every route needs a secret key.</summary>
internal static class ManagementRoutes
{
    private const string Secret = " Needs a secret key.";
    private static readonly Parameter Key = new("key", "Its key.", InPath: true), Id = new("id", "Its number.", Type: JsonSchemaType.Integer, InPath: true), Item = new("id", "The item's id.", "i42", InPath: true), Traffic = new("traffic", "live or simulated; live where absent.", "live");
    private static readonly Parameter[] Page = [new("limit", "How many, 1 to 500; 100 where absent.", 100, JsonSchemaType.Integer), new("cursor", "nextCursor of the page before.")];

    public static void MapManagement(this RouteGroupBuilder api, ApiDoor door, IServiceProvider services)
    {
        var items = services.GetRequiredService<ItemsDoor>();
        api.Map("PUT", "/items", door, items.PutAsync, new("putItems", "Items as they are sold now, one JSON object a line",
            "Replaces what was told of each of them; all lines are taken or none. What is absent is left to the data sets. In force from the next request on: an item that is not available is in no list, and one that no model has learnt comes by its content and by exploration. At most 10,000 lines and 16 MiB; gzip is taken." + Secret, typeof(ItemsStoredAnswer))
        {
            Refusals = [400, 413, 415], BodyType = "application/x-ndjson", Example = "{\"id\":\"i42\",\"title\":\"Lamp\",\"categories\":[\"light\"],\"price\":1850,\"url\":\"https://shop.example/i42\",\"available\":true}\n{\"id\":\"i43\",\"available\":false}\n",
        });
        api.Map("GET", "/items", door, items.ListAsync, new("listItems", "Items that the shop told of, by id", "What data sets know and nobody told is not in it." + Secret, typeof(ItemsAnswer)) { Parameters = Page });
        api.Map("GET", "/items/{id}", door, items.GetAsync, new("getItem", "One item as it was told", "With an ETag." + Secret, typeof(ItemAnswer)) { Refusals = [404], Parameters = [Item] });
        api.Map("PATCH", "/items/{id}", door, items.PatchAsync, new("changeItem", "Changes what the body names", "null leaves the field to the data sets. If-Match refuses where somebody else was faster. Tells of an item that only a data set knew: {\"available\":false} takes it out of every list." + Secret, typeof(ItemAnswer))
        {
            Refusals = [400, 412, 413, 415], Parameters = [Item], Body = typeof(ItemBody), Example = """{"available":true,"price":1750}""",
        });
        api.Map("DELETE", "/items/{id}", door, items.DeleteAsync, new("deleteItem", "Takes an item out of every list for good", "What was recorded about it stays; told again it comes back." + Secret, typeof(ItemGoneAnswer)) { Refusals = [412], Parameters = [Item] });

        var placements = services.GetRequiredService<PlacementsDoor>();
        api.Map("GET", "/placements", door, placements.ListAsync, new("listPlacements", "All placements", "Archived ones too." + Secret, typeof(PlacementsAnswer)));
        api.Map("POST", "/placements", door, placements.PostAsync, new("createPlacement", "A new placement", "What is absent has the defaults of the page." + Secret, typeof(PlacementAnswer))
        {
            Refusals = [400, 413, 415], Body = typeof(PlacementBody), Example = """{"key":"newsletter","name":"Newsletter","listLength":4,"exploration":0.05}""",
        });
        api.Map("GET", "/placements/{key}", door, placements.GetAsync, new("getPlacement", "One placement", "With an ETag." + Secret, typeof(PlacementAnswer)) { Refusals = [404], Parameters = [Key] });
        api.Map("PATCH", "/placements/{key}", door, placements.PatchAsync, new("changePlacement", "Changes what the body names", "From the next request on. If-Match refuses where somebody else was faster." + Secret, typeof(PlacementAnswer))
        {
            Refusals = [400, 404, 412, 413, 415], Parameters = [Key with { Example = "home" }], Body = typeof(PlacementBody), Example = """{"hideSeen":true}""",
        });
        api.Map("DELETE", "/placements/{key}", door, placements.DeleteAsync, new("archivePlacement", "Takes a placement out of use", "Requests are answered with 404; the log, experiments and the key stay." + Secret, typeof(PlacementAnswer)) { Refusals = [404, 409], Parameters = [Key] });

        var variants = services.GetRequiredService<VariantsDoor>();
        api.Map("GET", "/variants", door, variants.ListAsync, new("listVariants", "All variants", "With the version each serves." + Secret, typeof(VariantsAnswer)));
        api.Map("POST", "/variants", door, variants.PostAsync, new("createVariant", "A new variant to train", "Families are those of the catalogue; absent options have their defaults." + Secret, typeof(VariantAnswer))
        {
            Refusals = [400, 413, 415], Body = typeof(VariantBody), Example = """{"key":"als-64","name":"ALS","family":"als","datasetId":1,"options":{"factors":64}}""",
        });
        api.Map("GET", "/variants/{key}", door, variants.GetAsync, new("getVariant", "One variant", "With the version it serves." + Secret, typeof(VariantAnswer)) { Refusals = [404], Parameters = [Key] });
        MapTrainings(api, door, services.GetRequiredService<TrainingsDoor>());
        MapExperiments(api, door, services.GetRequiredService<ExperimentsDoor>());

        MapDatasets(api, door, services.GetRequiredService<DatasetsDoor>());
        MapUsers(api, door, services.GetRequiredService<UsersDoor>());
        MapKeys(api, door, services.GetRequiredService<KeysDoor>());

        var registers = services.GetRequiredService<RegisterDoor>();
        api.Map("GET", "/quarantine", door, registers.QuarantineAsync, new("listQuarantine", "Events that were set aside, newest first", "With the reason of each; none of them touches a total. The newest 100,000 are kept." + Secret, typeof(QuarantineAnswer))
        {
            Parameters = [.. Page, Traffic, new("reason", "malformed, forged, unknown, foreign, replayed or mixed; all where absent.", "forged")],
        });
        api.Map("GET", "/audit", door, registers.AuditAsync, new("readAudit", "Who did what, newest first", "Every change by people, keys, schedules and the command line." + Secret, typeof(AuditAnswer)) { Parameters = Page });
    }

    private static void MapDatasets(RouteGroupBuilder api, ApiDoor door, DatasetsDoor datasets)
    {
        api.Map("GET", "/datasets", door, datasets.ListAsync, new("listDatasets", "Data sets, newest first", "Imported, generated, and cut from the log." + Secret, typeof(DatasetsAnswer)) { Parameters = Page });
        api.Map("POST", "/datasets:upload", door, datasets.UploadAsync, new("uploadDataset", "Sends a file that is to become a data set",
            "The body is the file as it is, up to 2 GB: CSV, JSON lines, a .gz of one, or a .zip with all files of a layout. It waits an hour for the import, and only the key that sent it finds it." + Secret, typeof(UploadAnswer))
        {
            Refusals = [413, 415, 503], Parameters = [new("name", "What the file is called; layouts are recognised by it.", "ratings.csv", Required: true)], BodyType = "application/octet-stream", Example = "user,item,rating,timestamp\nu1,i1,5,1700000000\nu1,i2,4,1700000100\nu2,i1,3,1700000200\n",
        });
        api.Map("POST", "/datasets:validate", door, datasets.ValidateAsync, new("validateDataset", "Looks into a file that was sent",
            "Which layout it has, what its columns seem to mean and the first records. With lines, every line is read and those that are refused are reported by rule. Nothing is stored." + Secret, typeof(ValidationAnswer))
        {
            Refusals = [400, 404, 413, 415], Body = typeof(ValidationBody), Example = """{"upload":"0123456789abcdef0123456789abcdef","lines":true}""",
        });
        api.Map("POST", "/datasets", door, datasets.PostAsync, new("importDataset", "Imports a file that was sent", "Answers at once; getDataset tells how far it is and what was refused. While too many imports wait the answer is 429 with Retry-After, and the file is kept. With the header Idempotency-Key a request that is sent again is carried out once." + Secret, typeof(DatasetAnswer))
        {
            Refusals = [400, 404, 409, 413, 415], Body = typeof(ImportBody), Example = """{"name":"Ratings of May","upload":"0123456789abcdef0123456789abcdef","columns":{"user":"user","item":"item","value":"rating","time":"timestamp"},"cleaning":{"repeats":"newest"}}""",
        });
        api.Map("GET", "/datasets/{id}", door, datasets.GetAsync, new("getDataset", "One data set", "Its size and the hash of its content; how far its import is, and what became of the lines." + Secret, typeof(DatasetAnswer)) { Refusals = [404], Parameters = [Id] });
        api.Map("POST", "/datasets/{id}:cancel", door, datasets.CancelAsync, new("cancelImport", "Stops an import", "Nothing of it stays, its name is free again." + Secret, typeof(DatasetGoneAnswer)) { Refusals = [404, 409], Parameters = [Id] });
        api.Map("DELETE", "/datasets/{id}", door, datasets.DeleteAsync, new("deleteDataset", "Deletes a data set, or the record of a failed import", "Refused while something needs it." + Secret, typeof(DatasetGoneAnswer)) { Refusals = [404, 409], Parameters = [Id] });
    }

    private static void MapUsers(RouteGroupBuilder api, ApiDoor door, UsersDoor users)
    {
        var user = new Parameter("id", "The user, as requests and events name it.", "u1", InPath: true);
        api.Map("PUT", "/users/{id}", door, users.PutAsync, new("putUser", "Tells of a user",
            "Attributes for targeting and slices, which then need not come with every request; what comes with one as context is stronger. Replaces what was told before, from the next request on." + Secret, typeof(UserAnswer))
        {
            Refusals = [400, 412, 413, 415], Parameters = [user], Body = typeof(UserBody), Example = """{"attributes":{"country":"de","plan":"pro"}}""",
        });
        api.Map("GET", "/users/{id}", door, users.GetAsync, new("getUser", "A user as told and as seen", "With an ETag." + Secret, typeof(UserAnswer)) { Refusals = [404], Parameters = [user, Traffic] });
        api.Map("GET", "/users/{id}/export", door, users.ExportAsync, new("exportUser", "All that is held under a user's id", "What was told, every list and every event. The log is read from end to end for it, by two requests at a time; a third is answered 429 with Retry-After." + Secret, typeof(UserExportAnswer)) { Parameters = [user, Traffic] });
        api.Map("DELETE", "/users/{id}", door, users.DeleteAsync, new("deleteUser", "Takes back what was told of a user", "Lists and events stay in the log, since results stand on them: this erases nobody." + Secret, typeof(UserGoneAnswer)) { Refusals = [412], Parameters = [user] });
    }

    private static void MapKeys(RouteGroupBuilder api, ApiDoor door, KeysDoor keys)
    {
        const string own = " Needs a secret key with the scope keys, which must be asked for by name.";
        api.Map("GET", "/keys", door, keys.ListAsync, new("listKeys", "The keys there are", "Never a key itself." + own, typeof(KeysAnswer)));
        api.Map("POST", "/keys", door, keys.PostAsync, new("createKey", "A new key", "It opens nothing that the key of the request does not open, and works no longer. The key itself is in this answer and nowhere else." + own, typeof(KeyMadeAnswer))
        {
            Refusals = [400, 413, 415], Body = typeof(KeyBody), Example = """{"name":"shop front","kind":"publishable","origins":["https://shop.example"],"scopes":["lists","events"]}""",
        });
        api.Map("POST", "/keys/{id}:rotate", door, keys.RotateAsync, new("rotateKey", "A new key in the place of an old one", "The old one works for overlapDays more, so that nobody is cut off." + own, typeof(KeyMadeAnswer)) { Refusals = [400, 404, 409, 413, 415], Parameters = [Id], Body = typeof(RotationBody), Example = """{"overlapDays":7}""" });
        api.Map("DELETE", "/keys/{id}", door, keys.DeleteAsync, new("revokeKey", "Ends a key at once", "Its entry stays." + own, typeof(KeyMadeAnswer)) { Refusals = [404], Parameters = [Id] });
    }

    private static void MapTrainings(RouteGroupBuilder api, ApiDoor door, TrainingsDoor trainings)
    {
        api.Map("GET", "/trainings", door, trainings.ListAsync, new("listTrainings", "Trainings, newest first", "Those that wait and run too." + Secret, typeof(TrainingsAnswer)) { Parameters = Page });
        api.Map("POST", "/trainings", door, trainings.PostAsync, new("requestTraining", "Queues a training of a variant",
            "With log it learns from a fresh snapshot of what people (live) or visitors (simulated) did. With the header Idempotency-Key a request that is sent again is carried out once." + Secret, typeof(TrainingAnswer))
        {
            Refusals = [400, 404, 409, 413, 415], Body = typeof(TrainingBody), Example = """{"variant":"als-64","seed":7}""",
        });
        api.Map("GET", "/trainings/{id}", door, trainings.GetAsync, new("getTraining", "One training as it stands", "Progress, time left, and why it ended." + Secret, typeof(TrainingAnswer)) { Refusals = [404], Parameters = [Id] });
        api.Map("POST", "/trainings/{id}:cancel", door, trainings.CancelAsync, new("cancelTraining", "Stops a training", "One that waits at once, one that runs within seconds." + Secret, typeof(TrainingAnswer)) { Refusals = [404, 409], Parameters = [Id] });
        api.Map("GET", "/trainings/{id}/metrics", door, trainings.MetricsAsync, new("getTrainingMetrics", "A training's curves and offline metrics", "Loss and validation by epoch; metrics once it was evaluated." + Secret, typeof(TrainingMetricsAnswer)) { Refusals = [404], Parameters = [Id] });
        api.Map("GET", "/trainings/{id}/log", door, trainings.LogAsync, new("getTrainingLog", "A training's log", "The newest 2,000 lines, oldest first." + Secret, typeof(TrainingLogAnswer)) { Refusals = [404], Parameters = [Id] });
    }

    private static void MapExperiments(RouteGroupBuilder api, ApiDoor door, ExperimentsDoor experiments)
    {
        api.Map("GET", "/experiments", door, experiments.ListAsync, new("listExperiments", "All experiments, newest first", "With their arms." + Secret, typeof(ExperimentsAnswer)));
        api.Map("POST", "/experiments", door, experiments.PostAsync, new("draftExperiment", "A new draft", "The first arm is control; weights sum to 1 and are equal where absent. Goal, guardrails and secondary metrics are named by key; caps limit what one user can count for." + Secret, typeof(ExperimentAnswer)) 
        {
            Refusals = [400, 413, 415], Body = typeof(ExperimentBody), Example = """{"key":"home-2","placement":"home","hypothesis":"More clicks.","arms":[{"variant":"popularity"},{"variant":"als-64"}],"settings":{"guardrails":[{"metric":"custom:complaint:users:lower","margin":0.1}],"secondary":["rating","time-to-click"],"caps":[{"metric":"clicks","value":50}]}}""",
        });
        api.Map("GET", "/experiments/{key}", door, experiments.GetAsync, new("getExperiment", "One experiment", "As it is asked and where it stands, with an ETag." + Secret, typeof(ExperimentAnswer)) { Refusals = [404], Parameters = [Key] });
        api.Map("PATCH", "/experiments/{key}", door, experiments.PatchAsync, new("changeExperiment", "Changes a draft", "What the body names; once started, what is asked stays as it is. If-Match refuses where somebody else was faster." + Secret, typeof(ExperimentAnswer)) { Refusals = [400, 404, 409, 412, 413, 415], Parameters = [Key], Body = typeof(ExperimentBody), Example = """{"hypothesis":"More clicks and no fewer purchases."}""" });
        foreach (var (verb, summary, description) in new[]
                 {
                     ("start", "Opens it to traffic", "After the checks that the page makes; the first that fails is the reason."), ("pause", "Stops sending users", "The placement serves what it serves without it."),
                     ("resume", "Sends users again", "With the same arms as before, unless a model was replaced meanwhile."), ("stop", "Closes it to traffic", "It waits for somebody's decision, which is made on its page."),
                     ("reweight", "Gives a bandit the shares that its numbers suggest", "Now, before the hours of its plan are over; refused with the reason where the shares would stay."),
                     ("rollout", "Serves what was decided at full traffic", "At its placement, for everybody whom no experiment claims."),
                 })
            api.Map("POST", "/experiments/{key}:" + verb, door, experiments.Verb(verb), new(verb + "Experiment", summary, description + " The body may say why." + Secret, typeof(ExperimentAnswer)) { Refusals = [400, 404, 409, 413, 415], Parameters = [Key] });
        api.Map("GET", "/experiments/{key}/results", door, experiments.ResultsAsync, new("getResults", "What it has shown so far", "The sentence of its page and the numbers behind it; live and simulated are never mixed." + Secret, typeof(ExperimentNumbers))
        {
            Refusals = [404], Parameters = [Key, Traffic, new("phase", "An earlier phase.", Type: JsonSchemaType.Integer)],
        });
        api.Map("GET", "/experiments/{key}/exposures", door, experiments.ExposuresAsync, new("listExposures", "Who was shown which arm, user by user", "With the first and the last list and what was seen and clicked: the table that an analysis elsewhere joins with." + Secret, typeof(ExposuresAnswer))
        {
            Refusals = [404], Parameters = [Key, Traffic, new("phase", "An earlier phase.", Type: JsonSchemaType.Integer), .. Page],
        });
        api.Map("GET", "/experiments/{key}/assignments", door, experiments.AssignmentsAsync, new("getAssignment", "Where a user stands", "As a list asked for now would be routed, with what was told of the user and what the query says; halted where the placement is switched off. Computed, not recorded: asking changes nothing." + Secret, typeof(AssignmentAnswer))
        {
            Refusals = [404], Parameters = [Key, new("user", "The user.", Required: true), new("context.device", "Any parameter that begins with context. is known to targeting; at most 20.", "mobile")],
        });
    }

    private static void Map(this RouteGroupBuilder api, string method, string path, ApiDoor door, Func<HttpContext, Caller, Task> handler, RouteDescription said) =>
        api.MapMethods(path, [method], async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, handler); return TypedResults.Empty; }).Described(said);
}
