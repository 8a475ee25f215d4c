using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

/// <summary>The 10M layout (::, half stars) and that of 20M, 25M and 32M (CSV with headings), after the READMEs of the releases.</summary>
public sealed class LaterMovieLensTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_ten_million_as_delivered_in_a_zip()
    {
        var path = _folder.Zip("ml-10m.zip", ("ml-10M100K/ratings.dat", "1::122::5::838985046\n1::185::4.5::838983525\n2::122::0.5::868245777\n"),
            ("ml-10M100K/movies.dat", "122::Boomerang (1992)::Comedy|Romance\n185::Net, The (1995)::Action|Crime|Thriller\n"),
            ("ml-10M100K/tags.dat", "15::122::excellent!::1215184630\n16::122::Funny::1188263867\n17::122::funny::1188263868\n"));
        Assert.Equal("movielens-10m", DatasetReaders.Detect(path).Key);
        var (data, report) = DatasetReaders.Read(path);
        Assert.Equal([4.5f, 5f, 0.5f], data.Value); // in the order of time
        Assert.Equal(["1", "2"], data.Users.Ids);
        Assert.Equal(("Boomerang (1992)", "1992", "Funny|excellent!"), (data.Catalogue["122"].Title, data.Catalogue["122"].Attributes!["year"], data.Catalogue["122"].Attributes!["tags"]));
        Assert.Equal((3L, 0L, 2), (report.Lines, report.Refused, report.DescribedItems));
    }

    [Fact]
    public void Reads_the_releases_with_headings_and_quoted_titles()
    {
        _folder.Write("ratings.csv", "userId,movieId,rating,timestamp\r\n1,296,5.0,1147880044\r\n1,306,3.5,1147868817\r\n2,296,0.7,1147868828\r\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"3,306,1.0,{1147868900 + i}\r\n")));
        _folder.Write("movies.csv", "movieId,title,genres\r\n296,Pulp Fiction (1994),Comedy|Crime\r\n306,\"Three Colors: Red (Trois couleurs: Rouge), \"\"1\"\" (1994)\",(no genres listed)\r\n");
        _folder.Write("tags.csv", "userId,movieId,tag,timestamp\r\n3,296,\"dark, cool\",1439472355\r\n");
        _folder.Write("links.csv", "movieId,imdbId,tmdbId\r\n296,0110912,680\r\n306,0111495,\r\n");
        Assert.Equal("movielens-csv", DatasetReaders.Detect(_folder.Path).Key);
        var (data, report) = DatasetReaders.Read(_folder.Path);
        Assert.Equal((23L, 22L), (report.Lines, report.Accepted));
        Assert.Equal([("the rating must be 0.5, 1, ... or 5", 4L)], report.Refusals.Select(r => (r.Rule, r.Lines[0].Line)));
        Assert.Equal("Three Colors: Red (Trois couleurs: Rouge), \"1\" (1994)", data.Catalogue["306"].Title);
        Assert.Empty(data.Catalogue["306"].Categories);
        Assert.Equal(("0110912", "680", "dark, cool"), (data.Catalogue["296"].Attributes!["imdb"], data.Catalogue["296"].Attributes!["tmdb"], data.Catalogue["296"].Attributes!["tags"]));
        Assert.False(data.Catalogue["306"].Attributes!.ContainsKey("tmdb"));
    }
}
