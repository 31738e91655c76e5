"""What the bundled tables are: their files, hashes, columns and cards.

The card answers, for every table: what is it, who is in it, when and how was it collected, from
where, under which licence, and what must not be concluded from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import fill


@dataclass(frozen=True)
class Card:
    """What a reader should know before using a table."""

    what: str
    who: str
    when: str
    how: str
    source: str
    licence: str
    caution: str

    def lines(self) -> list[tuple[str, str]]:
        """Headings and texts, in the order in which they are shown."""
        return [
            ("What", self.what),
            ("Who", self.who),
            ("When", self.when),
            ("How", self.how),
            ("Source", self.source),
            ("Licence", self.licence),
            ("Do not conclude", self.caution),
        ]

    def text(self, note: str = "") -> str:
        """Return the card as plain text to print, with a note on the variant if there is one."""
        rows = self.lines() if not note else [*self.lines(), ("This variant", note)]
        paragraphs = (f"{heading}: {text}" for heading, text in rows)
        return "\n".join(fill(text, 88, subsequent_indent="    ") for text in paragraphs)


@dataclass(frozen=True)
class Table:
    """One bundled table.

    A column is headed ``name (unit)`` or ``name``. Tables copied as they circulate have other
    headings; ``rename`` maps those to ours.
    """

    file: str | None  # in data/; None: scikit-learn brings it
    sha256: str | None
    target: str
    card: Card
    classes: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)  # name -> note; the first is default


_FREE = "A handful of numbers given as an example; free to use."
_INVENTED = "Nobody: the numbers were invented for teaching."
_ZERO_TO_ALL = "Lecture 7 of PyTorchZeroToAll (Sung Kim), typed in by hand."

TABLES: dict[str, Table] = {
    "gpa": Table(
        file="gpa.csv",
        sha256="b34c05ce75a52582602d0feec0f94dafa9e35327240168ea1860dd08ae104c18",
        target="admitted",
        classes=("not admitted", "admitted"),
        card=Card(
            what="Four students: grade point average, and whether they were admitted.",
            who=_INVENTED,
            when="About 2017.",
            how="Made up so that one threshold separates the classes.",
            source=_ZERO_TO_ALL,
            licence=_FREE,
            caution="Anything about admissions. With four separable points the weights of a "
            "logistic regression grow without bound.",
        ),
    ),
    "gpa_experience": Table(
        file="gpa_experience.csv",
        sha256="8f4111da098441b1ba87b03a1bb916479851d51652ea75d00c3978a54a31bd9a",
        target="admitted",
        classes=("not admitted", "admitted"),
        card=Card(
            what="The four students of `gpa` with a second feature, experience (no unit given).",
            who=_INVENTED,
            when="About 2017.",
            how="Made up to show a model with two inputs.",
            source=_ZERO_TO_ALL,
            licence=_FREE,
            caution="That experience hurts: a fitted model gives it a negative weight, because "
            "four rows cannot tell two effects apart.",
        ),
    ),
    "line3": Table(
        file="line3.csv",
        sha256="5962ba6c35b56dabeb8121dd6656aba7b1e60afe0d2ddec498feb191057d15fe",
        target="y",
        card=Card(
            what="Three points on the line y = 2x.",
            who=_INVENTED,
            when="Without date.",
            how="Computed.",
            source="The smallest example of many introductions; typed in by hand.",
            licence=_FREE,
            caution="That training is always this easy: there is no noise and the model is exact.",
        ),
    ),
    "houses": Table(
        file="houses.csv",
        sha256="16bc38bf29fb5fb43dee5ff94667227772021429abc131b7fa9018e52f930a9a",
        target="price",
        card=Card(
            what="Three houses: living area in square feet, price in thousand US dollars.",
            who="Three sales; nothing is known of the people.",
            when="Before 2011.",
            how="They match the first rows of a list of sales in Portland, Oregon, made known by "
            "Andrew Ng's machine learning course; how that list was drawn is not documented.",
            source="A widespread teaching example; typed in by hand.",
            licence=_FREE,
            caution="What a house is worth. Three points fit almost any story, and area is not "
            "all that makes a price.",
        ),
    ),
    "have_a_try": Table(
        file="have_a_try.csv",
        sha256="40fdd43cd9aa0558c96005d38736fcd736d0d5c1724ca7949b74ade4643c1e9d",
        target="y",
        card=Card(
            what="Fifteen points scattered about a line.",
            who="Nobody that is known: x and y were never named.",
            when="Known since 2015 at the latest.",
            how="Not documented; fifteen of the seventeen points of a well-known "
            "linear-regression example for TensorFlow.",
            source="A widespread teaching example; typed in by hand.",
            licence=_FREE,
            caution="Anything about the world: x and y have no meaning and no unit.",
        ),
    ),
    "hours": Table(
        file="hours.csv",
        sha256="58614d3a2df840794d3f41ee7a8b3dda18336daaa09e0337aa138c8e6be0feaa",
        target="passed",
        classes=("failed", "passed"),
        card=Card(
            what="Four students: hours of study, and whether they passed the exam.",
            who=_INVENTED,
            when="Without date.",
            how="Made up so that one threshold separates the classes.",
            source="An example of PyTorchZeroToAll (Sung Kim) and its followers; typed in by hand.",
            licence=_FREE,
            caution="How long to study. The classes are separable, so that training longer "
            "always makes the model surer, whatever the truth.",
        ),
    ),
    "two_points": Table(
        file="two_points.csv",
        sha256="f13af508b2c9b82d13b51560c999a7b906ea3ef1216673282c95eff51487319f",
        target="y",
        classes=("class 0", "class 1"),
        card=Card(
            what="Two points in the plane, one of each class.",
            who=_INVENTED,
            when="Without date.",
            how="Made up to compute one training step by hand.",
            source="An introductory course on deep learning; typed in by hand.",
            licence=_FREE,
            caution="That a model which fits two points has learned anything.",
        ),
    ),
    "xor": Table(
        file="xor.csv",
        sha256="d53a4f79c226919d0e4c11d0bcacb9fd3194496aa6414c07378405c22cce7460",
        target="xor",
        classes=("equal", "different"),
        card=Card(
            what="The truth table of exclusive or: 1 where the two inputs differ.",
            who=_INVENTED,
            when="Made famous for neural networks by Minsky and Papert (Perceptrons, 1969).",
            how="Computed.",
            source="Mathematics.",
            licence=_FREE,
            caution="That a network is useless where one layer fails: a hidden layer solves it.",
        ),
    ),
    "diabetes": Table(
        file="diabetes.csv",
        sha256="c980e5e01dc1c554a358102b773f34b29599d0051ec5cf5b56ad1c6fcb3a23b0",
        target="diabetes",
        classes=("no diabetes", "diabetes"),
        rename={
            "Pregnancies": "pregnancies (count)",
            "Glucose": "glucose (mg/dL)",
            "BloodPressure": "blood_pressure (mm Hg)",
            "SkinThickness": "skin_thickness (mm)",
            "Insulin": "insulin (µU/mL)",
            "BMI": "bmi (kg/m²)",
            "DiabetesPedigreeFunction": "pedigree (score)",
            "Age": "age (years)",
            "Outcome": "diabetes (0/1)",
        },
        variants={
            "768": "The 768 rows as measured. Class 1 = diabetes.",
            "759": "The file known from many courses, rebuilt: each column scaled by "
            "2(x - min)/(max - min) - 1 over all 768 rows, entries equal to the column's minimum "
            "stored as 0, nine rows missing. Class 1 = NO diabetes. So a stored 0 is not "
            "mid-range but 'smallest' or 'missing', and the scaling has seen every row.",
            "2000": "The 768 rows drawn 2000 times with replacement (numpy's RandomState(0)), "
            "in place of a 2000-row file that circulates. Class 1 = diabetes. Rows repeat: a "
            "random split puts copies of the same woman into training and test.",
        },
        card=Card(
            what="Eight measurements of 768 women, and whether diabetes was diagnosed within "
            "five years (to 268 of them it was).",
            who="Akimel O'odham (Pima) women, 21 years or older, of the community near Phoenix, "
            "Arizona: real people, who gave decades of examinations to research.",
            when="Within a study begun in 1965; published in 1988.",
            how="Repeated examinations by the US National Institute of Diabetes and Digestive and "
            "Kidney Diseases (NIDDK), selected for J. W. Smith and others, Using the ADAP "
            "learning algorithm to forecast the onset of diabetes mellitus (1988). Zeros in "
            "glucose (5), blood pressure (35), skin thickness (227), insulin (374) and BMI (11) "
            "are missing values.",
            source="NIDDK, donated to the UCI repository in 1990; the form distributed with R's "
            "package mlbench.",
            licence="Published for research; no licence of its own is known, and the UCI "
            "repository no longer offers the table. Use it to learn, name NIDDK and the people.",
            caution="Anything about a person or a people. The table holds women of one community "
            "who lost their river and their farming to others' settlement; it says nothing of "
            "those causes, of men or of other places. It is no medical tool. On whose data these "
            "are: J. Radin, Digital Natives, Osiris 32 (2017).",
        ),
    ),
    "mpg": Table(
        file="auto_mpg.csv",
        sha256="49067512012c29cfb32aae685eb39c03f16b372c23ca4ddc151dd0dff745c270",
        target="mpg",
        drop=("name",),
        rename={
            "MPG": "mpg (miles per US gallon)",
            "Cylinders": "cylinders (count)",
            "Displacement": "displacement (cu in)",
            "Horsepower": "horsepower (hp)",
            "Weight": "weight (lb)",
            "Acceleration": "acceleration (s to 60 mph)",
            "ModelYear": "model_year (19xx)",
            "Origin": "origin (1 USA, 2 Europe, 3 Japan)",
            "Name": "name",
        },
        card=Card(
            what="392 cars: miles per gallon in town (a high number is a thrifty car), and seven "
            "features (origin is a code, not a quantity: dummy-code it before use).",
            who="Cars, no people.",
            when="Model years 1970 to 1982.",
            how="Collected in StatLib, Carnegie Mellon University, for the 1983 exposition of the "
            "American Statistical Association; J. R. Quinlan's version of 1993 without the six "
            "rows that lack horsepower.",
            source="UCI Machine Learning Repository, Auto MPG, doi:10.24432/C5859H.",
            licence="CC BY 4.0 (UCI).",
            caution="Anything about today's cars, or that weight alone causes consumption: "
            "weight, displacement and power rise together.",
        ),
    ),
    "wine": Table(
        file=None,
        sha256=None,
        target="cultivar",
        classes=("cultivar 0", "cultivar 1", "cultivar 2"),
        card=Card(
            what="178 wines of three cultivars: thirteen chemical measurements.",
            who="Wines of one region of Italy, no people.",
            when="Published in 1988, donated in 1991.",
            how="Chemical analysis by M. Forina and others, Genoa.",
            source="UCI Machine Learning Repository, Wine, doi:10.24432/C5PC7J, as bundled with "
            "scikit-learn.",
            licence="CC BY 4.0 (UCI).",
            caution="What a good wine is, or how hard classification can be: the classes are "
            "almost linearly separable.",
        ),
    ),
    "digits": Table(
        file=None,
        sha256=None,
        target="digit",
        classes=tuple("0123456789"),
        card=Card(
            what="1797 handwritten digits of 8x8 pixels, 0 (paper) to 1 (ink): the file's counts "
            "0 to 16, divided by 16.",
            who="Digits by 13 of 43 writers; their names are not in the data.",
            when="Donated in 1998.",
            how="Forms scanned at 32x32 black or white dots and counted in blocks of 4x4, by "
            "E. Alpaydin and C. Kaynak, Istanbul. This is the test part: nobody's digits are in "
            "the other one too.",
            source="UCI Machine Learning Repository, Optical Recognition of Handwritten Digits, "
            "doi:10.24432/C50P49, as bundled with scikit-learn.",
            licence="CC BY 4.0 (UCI).",
            caution="How well other hands, pens or countries are read. Rows of one writer stand "
            "close together, so that a random split is kinder than new writers would be.",
        ),
    ),
}
